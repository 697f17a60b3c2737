"""Every key of the configuration is described, stands in the starter, and every refusal has a sentence twice."""

import re
import string
import tomllib
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from deployments.cli_init import CONFIG
from tasks.settings import FilesSource, OpencpsSource, Settings
from tasks.settings_messages import SENTENCES
from tests.repo.tree import ROOT, product

STARTER = ROOT / "deployments" / "init_templates" / CONFIG
OFF = re.compile(r"^# (\[\[?[\w.]+\]\]?|\w+ = .*)$", re.MULTILINE)  # a key or table that is there but switched off


def sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Tables of the configuration and the models that describe them; sources apart."""
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation


def models() -> list[type[BaseModel]]:
    """Every model of the configuration."""
    found: list[type[BaseModel]] = [Settings, OpencpsSource, FilesSource]
    found += [model for _, model in sections()]
    for model in list(found):
        for field in model.model_fields.values():
            inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
            found += [one for one in inner if isinstance(one, type) and issubclass(one, BaseModel)]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_key_is_described_and_nothing_else_is_let_in(model: type[BaseModel]) -> None:
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen") is True
    assert not [name for name, field in model.model_fields.items() if not field.description]


def test_every_key_stands_in_the_starter() -> None:
    text = STARTER.read_text(encoding="utf-8")
    every = tomllib.loads(OFF.sub(lambda found: found[1], text))
    assert set(Settings.model_fields) <= set(every)
    missing = [f"{name}.{key}" for name, model in sections() for key in model.model_fields if key not in every[name]]
    for kind, model in (("opencps", OpencpsSource), ("files", FilesSource)):
        shown = {key for source in every["sources"] if source["kind"] == kind for key in source}
        common = {key for source in every["sources"] for key in source}
        own = set(model.model_fields) - set(FilesSource.model_fields) & set(OpencpsSource.model_fields)
        missing += [
            f"sources({kind}).{key}" for key in model.model_fields if key not in (shown if key in own else common)
        ]
    assert not missing


def test_every_key_of_the_starter_is_explained_in_both_languages() -> None:
    unexplained, block = [], ""
    for line in STARTER.read_text(encoding="utf-8").splitlines():
        if (
            re.match(r"\w+ = ", line)
            and "# en:" not in block
            and not line.startswith(("name", "kind", "dataset", "system", "path"))
        ):
            unexplained.append(line)
        block = "" if not line.strip() else block + line + "\n"
    assert not unexplained


def test_every_refusal_has_its_sentence() -> None:
    used = set()
    for path in product():
        if path.name.startswith("settings") and path.parent.name == "tasks":
            text = path.read_text(encoding="utf-8")
            used |= set(re.findall(r'refuse\("(\w+)"\)', text)) | set(re.findall(r'SecretFileError\("(\w+)"\)', text))
    assert len(used) > 15
    assert used <= set(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_say_the_same(code: str) -> None:
    vietnamese, english = (
        [name for _, name, _, _ in string.Formatter().parse(text) if name] for text in SENTENCES[code]
    )
    assert sorted(vietnamese) == sorted(english)
    assert SENTENCES[code][0] != SENTENCES[code][1]
