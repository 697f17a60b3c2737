"""What every command shares: the configuration asked for, the output form, an engine for reading and for the desk."""

import json as jsonlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class CliContext:
    """Global options of this call."""

    given: Path | None
    json: bool
    verbose: bool

    @property
    def config(self) -> Path:
        """The configuration file in force."""
        from tasks.settings import config_path

        return config_path(self.given, os.environ).absolute()

    def settings(self) -> "Settings":
        """The configuration. Commands that open no connection need no passwords."""
        from tasks.settings import load_settings

        return load_settings(self.config, os.environ, secrets=False)

    def locale(self) -> str:
        """Language of human output; Vietnamese where no configuration can be read."""
        try:
            return self.settings().locale
        except Exception:  # noqa: BLE001 - a help text must not fail over a configuration
            return "vi"

    @contextmanager
    def reading(self) -> Iterator["Connection"]:
        """A snapshot of the warehouse for queries; never waits for a run."""
        from warehouse.engine import open_engine, reading
        from warehouse.schema import check

        engine = open_engine(self.settings().warehouse.url)
        try:
            check(engine)
            with reading(engine) as conn:
                yield conn
        finally:
            engine.dispose()

    @contextmanager
    def writing(self) -> Iterator["Connection"]:
        """One short transaction of the desk, without the run lock."""
        from warehouse.engine import open_engine, transaction
        from warehouse.schema import check

        engine = open_engine(self.settings().warehouse.url)
        try:
            check(engine)
            with transaction(engine) as conn:
                yield conn
        finally:
            engine.dispose()


_asked: ContextVar[CliContext | None] = ContextVar("dondoc_cli", default=None)


def begun(asked: CliContext) -> CliContext:
    """Remember the options of this call, so that a refusal can be told in its language."""
    _asked.set(asked)
    return asked


def spoken_locale() -> str:
    """Language of this call; Vietnamese before its options are known."""
    asked = _asked.get()
    return asked.locale() if asked else "vi"


def shown(context: typer.Context) -> CliContext:
    """The shared options of a typer context."""
    found = context.obj
    assert isinstance(found, CliContext)
    return found


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    typer.echo(jsonlib.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_table(headings: tuple[str, ...], rows: list[tuple[Any, ...]], empty: str) -> None:
    """A short table for people, or a sentence when there is nothing."""
    if not rows:
        typer.echo(empty)
        return
    for line in table_lines(headings, rows):
        typer.echo(line)


def table_lines(headings: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """Headings and rows in aligned columns."""
    cells = [headings, *[tuple("" if c is None else str(c) for c in row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        from tasks.rules.timezone import HANOI

        return value.astimezone(HANOI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
