"""Guides say what the product says: words of the catalogues, commands that exist, pictures that are there."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from deployments.cli import app
from tasks.rules.difference_model import DifferenceClass
from tests.repo.tree import ROOT

RECONCILIATION = ROOT / "docs" / "reconciliation.md"
GUIDES = (ROOT / "README.md", RECONCILIATION)
TYPED = re.compile(r"(?:[`/]|^)dondoc ([a-z][^`\n#|]*)", re.MULTILINE)  # in code, without global options
WORDS = tomllib.loads((ROOT / "tasks/reports/reconciliation_words/vi.toml").read_text(encoding="utf-8"))["kind"]


@pytest.mark.parametrize("kind", DifferenceClass)
def test_every_class_of_differences_is_explained_under_its_name(kind: DifferenceClass) -> None:
    assert f"| {WORDS[kind]} (`{kind}`) |" in RECONCILIATION.read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_pictures_are_there(guide: Path) -> None:
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", guide.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (guide.parent / name).is_file()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_commands_and_their_options_exist(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    typed = [line.split() for line in TYPED.findall(text)]
    assert len(typed) > 5
    unknown = [words for words in typed if not exists(words)]
    assert unknown == []


def exists(words: list[str]) -> bool:
    """Whether the words after `dondoc` begin with a command, and it takes the options among them."""
    options = [one for one in words if one.startswith("--")]
    command = typer.main.get_command(app)
    while words and (found := getattr(command, "commands", {}).get(words[0])):
        command, words = found, words[1:]
    if getattr(command, "commands", None):
        return False
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return set(options) <= known
