"""What a benchmark found: a figure beside its floor, and how they are written down. No names of machines, no dates."""

import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

_TOLD_OF = ("pandas", "great-expectations", "sqlalchemy", "psycopg", "python-calamine", "httpx", "prefect", "duckdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the results. `floor` None: nothing to compare with; `limit`: what the ratio (else `ours`) may be."""

    what: str
    ours: float
    unit: str = "s"
    floor: float | None = None
    limit: float | None = None
    aim: bool = False  # a limit to aim at, not to keep
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.floor else self.ours / self.floor

    @property
    def kept(self) -> bool | None:
        judged = self.ours if self.ratio is None else self.ratio
        return None if self.limit is None else judged <= self.limit

    @property
    def verdict(self) -> str:
        if self.kept is None:
            return ""
        return "kept" if self.kept else "aim missed" if self.aim else "NOT kept"


def middle(values: Iterable[float]) -> float:
    """The median."""
    return median(list(values))


def table(figures: Sequence[Figure]) -> str:
    """As a table of Markdown."""
    lines = ["| what | ours | floor | ratio | limit | |", "|---|---:|---:|---:|---:|---|"]
    for f in figures:
        floor = "" if f.floor is None else _number(f.floor, f.unit)
        ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
        limit = "" if f.limit is None else f"{f.limit:g}{'' if f.ratio is not None else ' ' + f.unit}"
        told = "; ".join(part for part in (f.verdict, f.note) if part)
        lines.append(f"| {f.what} | {_number(f.ours, f.unit)} | {floor} | {ratio} | {limit} | {told} |")
    return "\n".join(lines)


def versions() -> str:
    """Python, SQLite and the libraries that the figures depend on."""
    found = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for name in _TOLD_OF:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def write_section(path: Path, name: str, title: str, told: str, figures: Sequence[Figure]) -> None:
    """Put one benchmark's results into the page, in place of its earlier ones; the others stay."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    section = f"{begin}\n## {title}\n\n{told.strip()}\n\n{table(figures)}\n\n{versions()}.\n{end}\n"
    text = path.read_text(encoding="utf-8")
    if begin in text:
        head, rest = text.split(begin, 1)
        text = head + section.rstrip("\n") + rest.split(end, 1)[1]
    else:
        text = text.rstrip("\n") + "\n\n" + section
    path.write_text(text, encoding="utf-8")


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"
