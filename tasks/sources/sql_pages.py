"""What is asked of a view, page by page in the order of its key, and how rows become texts.

All pages are read in one session, so they show one moment of the source where it can do that. Memory holds one page.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, bindparam, column, or_, select, table, text
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import NULLTYPE

from tasks.intake.landing import LandedBody
from tasks.rules.timezone import HANOI
from tasks.sources.base import Malformed
from tasks.sources.sql_bodies import Cells
from tasks.sources.sql_columns import Fit
from tasks.sources.sql_session import Session
from tasks.sources.sql_text import NoTextError, as_moment, as_text

_FETCHED: Final = 500  # rows the driver hands over at a time


@dataclass(slots=True)
class Page:
    """Rows as texts in the order of the fit's columns. `newest`: the latest time of change that is not ahead of now."""

    rows: list[Cells | Malformed] = field(default_factory=list)
    newest: datetime | None = None
    undated: int = 0
    ahead: int = 0


@dataclass(slots=True)
class Tally:
    """What the pages of a pull add up to."""

    bodies: list[LandedBody] = field(default_factory=list)
    rows: int = 0
    undated: int = 0
    ahead: int = 0

    def add(self, page: Page, body: LandedBody) -> None:
        """The next page, landed."""
        self.bodies.append(body)
        self.rows += len(page.rows)
        self.undated += page.undated
        self.ahead += page.ahead


def view_of(session: Session, name: str) -> FromClause:
    """A table or view by name; parts in double quotes are taken letter by letter, others as the database takes them."""
    quote = session.conn.dialect.identifier_preparer.quote_identifier
    parts = [quote(part.strip('"')) if part.startswith('"') else part for part in name.split(".")]
    return table(quoted_name(".".join(parts), quote=False))


def query_of(statement: str) -> FromClause:
    """A query as a table. Colons in it are its own, and a comment at its end must not swallow what follows."""
    return text(statement.replace(":", r"\:") + "\n").columns().subquery("asked")


def columns_of(session: Session, origin: FromClause) -> list[str]:
    """Names of the columns; no row is read."""
    nothing = select(text("*")).select_from(origin).where(text("1 = 0"))
    return list(session.conn.execute(nothing).keys())


def clock_of(session: Session) -> datetime | None:
    """The source's own clock, where it has one that is not this machine's."""
    if session.conn.dialect.name != "postgresql":
        return None
    told = session.conn.execute(text("SELECT now()")).scalar_one()
    return told if isinstance(told, datetime) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one view. `since`: only rows changed at or after that moment; `only`: only those; None: all."""

    session: Session
    origin: FromClause
    fit: Fit
    page_rows: int
    now: datetime
    since: datetime | None = None
    only: ColumnElement[bool] | None = None

    def pages(self) -> Iterator[Page]:
        """Every row once. Raises SourceFault for a key that is empty or repeats: rows would be missed."""
        names = self.fit.selected
        changed = self._narrowed(self._changed())
        self._key_is_filled(changed)
        shape = _Shape(self.fit, names, self.now)
        last: Sequence[object] | None = None
        coming: Sequence[object] | None = None
        while True:
            self.session.keep_in_time()
            page, keys = self._page(self._statement(names, changed, last), shape)
            more = len(keys) > self.page_rows
            begins_elsewhere = coming is not None and keys[:1] != [coming] and self._one_moment
            if begins_elsewhere or any(one == other for one, other in pairwise(keys)):
                raise self._key_fault("sql_key_repeats")
            if page.rows:
                yield page
            if not more:
                return
            last, coming = keys[-2], keys[-1]

    @property
    def _one_moment(self) -> bool:
        return self.session.conn.dialect.name in ("postgresql", "sqlite")

    def _page(self, statement: Select[Any], shape: "_Shape") -> tuple[Page, list[tuple[object, ...]]]:
        """One page and its keys; the keys hold one more when there is a further page."""
        page = Page()
        keys: list[tuple[object, ...]] = []
        result = self.session.conn.execute(statement, execution_options={"yield_per": _FETCHED})
        for chunk in result.partitions():
            self.session.keep_in_time()
            for row in chunk:
                keys.append(shape.key_of(row))
                if len(keys) <= self.page_rows:
                    shape.add(page, row)
        return page, keys

    def _statement(
        self, names: Sequence[str], changed: ColumnElement[bool] | None, last: Sequence[object] | None
    ) -> Select[Any]:
        chosen = select(*map(real_column, names)).select_from(self.origin)
        if changed is not None:
            chosen = chosen.where(changed)
        if last is not None:
            chosen = chosen.where(_after([*map(real_column, self.fit.key)], last))
        return chosen.order_by(*map(real_column, self.fit.key)).limit(self.page_rows + 1)

    def _key_is_filled(self, changed: ColumnElement[bool] | None) -> None:
        empty = or_(*(real_column(name).is_(None) for name in self.fit.key))
        chosen = select(text("1")).select_from(self.origin).where(empty)
        if changed is not None:
            chosen = chosen.where(changed)
        if self.session.conn.execute(chosen.limit(1)).first() is not None:
            raise self._key_fault("sql_key_null")

    def _changed(self) -> ColumnElement[bool] | None:
        """Rows without a time of change always count as changed: nothing tells that they are not."""
        if not self.fit.updated:
            return None
        updated = real_column(self.fit.updated)
        some = select(updated).select_from(self.origin).where(updated.is_not(None)).limit(1)
        sample = self.session.conn.execute(some).scalar()
        if sample is None:
            return None
        if as_moment(sample) is None:
            raise self.session.place.fault("sql_updated_type", column=self.fit.updated)
        if self.since is None:
            return None
        return or_(updated >= _bound(_like(sample, self.since)), updated.is_(None))

    def _narrowed(self, changed: ColumnElement[bool] | None) -> ColumnElement[bool] | None:
        given = [one for one in (changed, self.only) if one is not None]
        return and_(*given) if given else None

    def _key_fault(self, code: str) -> Exception:
        return self.session.place.fault(code, columns=", ".join(self.fit.key))


class _Shape:
    """Where in a selected row the cells, the key and the time of change stand."""

    def __init__(self, fit: Fit, names: Sequence[str], now: datetime) -> None:
        self._cells = [names.index(source) for source in fit.columns.values()]
        self._key = [names.index(name) for name in fit.key]
        self._updated = names.index(fit.updated) if fit.updated else None
        self._now = now

    def key_of(self, row: Row[Any]) -> tuple[object, ...]:
        return tuple(row[place] for place in self._key)

    def add(self, page: Page, row: Row[Any]) -> None:
        """The row's texts, and what its time of change tells."""
        try:
            page.rows.append([as_text(row[place]) for place in self._cells])
        except NoTextError as odd:
            joined = "\x1f".join(repr(row[place]) for place in self._cells)
            page.rows.append(
                Malformed(odd.code, hashlib.sha256(joined.encode("utf-8", "backslashreplace")).hexdigest())
            )
        if self._updated is not None:
            self._dated(page, as_moment(row[self._updated]))

    def _dated(self, page: Page, moment: datetime | None) -> None:
        if moment is None:
            page.undated += 1
        elif moment > self._now:
            page.ahead += 1
        elif page.newest is None or moment > page.newest:
            page.newest = moment


def real_column(name: str) -> ColumnElement[Any]:
    """A column of the view by its real name."""
    return column(quoted_name(name, quote=True))


def _bound(value: object) -> ColumnElement[Any]:
    """A value as the driver gave it: its own type, no cast."""
    return bindparam(None, value, type_=NULLTYPE, unique=True)


def _after(key: Sequence[ColumnElement[Any]], last: Sequence[object]) -> ColumnElement[bool]:
    """The key comes after `last`: `a >= :a AND (a > :a OR …)`, a form that every database can use an index for."""
    first, value = key[0], last[0]
    if len(key) == 1:
        return first > _bound(value)
    return and_(first >= _bound(value), or_(first > _bound(value), _after(key[1:], last[1:])))


def _like(sample: object, moment: datetime) -> object:
    """The moment in the form of the column. Text is compared by whole days, one earlier: its zone is not known."""
    local = moment.astimezone(HANOI)
    if isinstance(sample, datetime):
        return local if sample.tzinfo else local.replace(tzinfo=None)
    if isinstance(sample, date):
        return local.date()
    return (local.date() - timedelta(days=1)).isoformat()
