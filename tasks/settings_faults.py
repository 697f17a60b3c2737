"""Faults of the configuration: what is wrong, in which file, on which line, under which key.

Turns pydantic's errors into the sentences of `settings_messages`. Checks themselves live in the models and in
`settings_checks`. No fault ever repeats a value of the file: it might be a secret in the wrong place.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from tasks.rules.datasets import DATASETS
from tasks.settings_lines import Path
from tasks.settings_messages import SENTENCES, sentence
from tasks.settings_models import Settings
from tasks.settings_sources import FilesSource, OpencpsSource, SqlSource

ENV_PREFIX = "DONDOC_"
_KINDS: dict[str, type[BaseModel]] = {"opencps": OpencpsSource, "files": FilesSource, "sql": SqlSource}
_SECRET_WORD = re.compile(r"(password|passwd|token|secret|api_?key|mat_?khau)", re.IGNORECASE)
_CODES = {
    "missing": "missing",
    "model_type": "table",
    "model_attributes_type": "table",
    "dict_type": "table",
    "tuple_type": "list",
    "list_type": "list",
    "string_type": "text",
    "path_type": "path",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "float_type": "number",
    "float_parsing": "number",
    "finite_number": "number",
    "string_pattern_mismatch": "pattern",
}
_LIMITS = {"ge": "at_least", "gt": "more_than", "le": "at_most", "lt": "at_most"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault before it is placed: the path in the configuration and the code of its sentence."""

    path: Path
    code: str
    words: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One fault as people read it. `line` is None where no line can be named (environment, missing file)."""

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ConfigError(Exception):
    """The configuration cannot be used (exit status 2). Carries every fault that was found."""

    def __init__(self, faults: Iterable[ConfigFault], locale: str = "vi") -> None:
        self.faults = tuple(faults)
        self.locale = locale
        super().__init__(self.faults)

    def __str__(self) -> str:
        heading = sentence("heading", self.locale, count=len(self.faults))
        return "\n".join([heading, *(f"  {fault}" for fault in self.faults)])


@dataclass(frozen=True, slots=True)
class Place:
    """What is needed to say where a fault stands."""

    file: str
    lines: Mapping[Path, int]
    overrides: Mapping[str, Any]
    locale: str

    def faults(self, troubles: Iterable[Trouble]) -> tuple[ConfigFault, ...]:
        """All troubles as faults, each once, in the order of the file."""
        unique = dict.fromkeys(self._placed(trouble) for trouble in troubles)
        return tuple(sorted(unique, key=lambda fault: (fault.line or 0, fault.key)))

    def _placed(self, trouble: Trouble) -> ConfigFault:
        words = dict(trouble.words)
        if "first" in words:
            words["line"] = self._line(words.pop("first"))  # type: ignore[arg-type]
        message = sentence(trouble.code, self.locale, **words)
        if comes_from(self.overrides, trouble.path):
            variable = ENV_PREFIX + "__".join(str(part) for part in trouble.path).upper()
            return ConfigFault(sentence("environment", self.locale), None, variable, message)
        return ConfigFault(self.file, self._line(trouble.path), key_text(trouble.path), message)

    def _line(self, path: Path) -> int:
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)


def key_text(path: Path) -> str:
    """A path as people write it: `sources[2].base_url`, counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def comes_from(overrides: Mapping[str, Any], path: Path) -> bool:
    """Whether an environment variable gave the value at that path (or a whole table above it)."""
    here: Any = overrides
    for part in path:
        if not isinstance(here, Mapping):
            return True
        if part not in here:
            return False
        here = here[part]
    return not isinstance(here, Mapping)


def troubles_of(error: ValidationError) -> Iterator[Trouble]:
    """Pydantic's errors as ours, without those that only follow from another one."""
    errors = error.errors(include_url=False)
    wrong_within = {found["loc"][:length] for found in errors for length in range(1, len(found["loc"]))}
    for found in errors:
        follows = found["type"] == "too_short" and found["loc"] in wrong_within
        if found["type"] != "default_factory_not_called" and not follows:
            yield _trouble(found["loc"], found["type"], found.get("ctx", {}), found["input"])


def _trouble(loc: Path, kind: str, ctx: dict[str, Any], given: object) -> Trouble:
    path = loc[:2] + loc[3:] if loc[0] == "sources" and len(loc) > 2 else loc  # without the kind of source
    if kind == "dondoc":
        return Trouble(path, ctx["code"], {"expected": ", ".join(DATASETS)})
    if kind == "extra_forbidden":
        return _unknown_key(loc, path)
    if kind == "union_tag_not_found":
        return Trouble((*path, "kind"), "missing")
    if kind == "union_tag_invalid":
        return Trouble((*path, "kind"), "choice", {"expected": ", ".join(_KINDS)})
    if kind in ("literal_error", "enum"):
        return _choice(path, ctx["expected"], given)
    if kind == "missing" and isinstance(path[-1], int):
        return Trouble(path[:-1], "too_few", {"limit": path[-1] + 1})
    return _limit(path, kind, ctx) or Trouble(path, _CODES.get(kind, _by_family(kind)))


def _by_family(kind: str) -> str:
    family = kind.partition("_")[0]
    return {"int": "integer", "date": "day"}.get(family, "invalid")


def _limit(path: Path, kind: str, ctx: dict[str, Any]) -> Trouble | None:
    for bound, code in _LIMITS.items():
        if bound in ctx:
            return Trouble(path, code, {"limit": f"{ctx[bound]:g}"})
    if kind == "string_too_short":
        return Trouble(path, "empty")
    if kind == "string_too_long":
        return Trouble(path, "too_long", {"limit": ctx["max_length"]})
    if kind in ("too_short", "too_long"):
        few = kind == "too_short"
        return Trouble(path, "too_few" if few else "too_many", {"limit": ctx["min_length" if few else "max_length"]})
    return None


def _choice(path: Path, expected: str, given: object) -> Trouble:
    words = re.findall(r"'((?:\\.|[^'\\])*)'", expected)
    near = difflib.get_close_matches(str(given), words, n=1) if isinstance(given, str) else []
    shown: dict[str, object] = {"expected": ", ".join(words)}
    return Trouble(path, "choice_near", shown | {"near": near[0]}) if near else Trouble(path, "choice", shown)


def _unknown_key(loc: Path, path: Path) -> Trouble:
    key = str(loc[-1])
    known = list(_model_at(loc[:-1]).model_fields)
    secret = _SECRET_WORD.search(key)
    if secret and key not in known:
        near = "token" if secret[1].lower() == "token" and "token_env" in known else "password"
        if f"{near}_env" in known:
            return Trouble(path, "secret_key", {"near": near})
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return Trouble(path, "unknown_near", {"near": close[0]}) if close else Trouble(path, "unknown")


def _model_at(loc: Path) -> type[BaseModel]:
    """The model that describes the table at that place."""
    model: type[BaseModel] = Settings
    for part in loc:
        if part in model.model_fields:
            model = _inner_model(model.model_fields[str(part)].annotation) or model
        elif part in _KINDS and model is Settings:
            model = _KINDS[str(part)]
    return model


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_inner_model(inner) for inner in get_args(annotation))
    return next((model for model in models if model is not None), None)


assert set(_CODES.values()) <= set(SENTENCES)
