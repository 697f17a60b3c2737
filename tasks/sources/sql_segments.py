"""A view by its segments (unit and month of receipt): digests and counts in one statement, and which rows are wanted.

How a product says these things is sql_expressions.py's part, reading rows page by page sql_pages.py's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Text, and_, event, false, func, literal, or_, select, text

from tasks.intake.dates import parse_moment
from tasks.sources.looking import UNDATED, Look, Segment, SegmentName, digest_of
from tasks.sources.sql_columns import Fit
from tasks.sources.sql_expressions import Expression, Expressions, expressions_of, small
from tasks.sources.sql_pages import real_column
from tasks.sources.sql_session import Session

Condition: TypeAlias = ColumnElement[bool]

_APART: Final = "\x1f"
_ODD_TEXTS: Final = 200  # so many different ones are looked at
_COMPOSED: Final = 3  # parts of a key without an id of the source: code, unit, year
_NOON: Final = time(12)


class Statements:
    """Counts what a session asks of its database from now on."""

    def __init__(self, session: Session) -> None:
        self.count = 0
        event.listen(session.conn, "before_cursor_execute", self._add)

    def _add(self, *_: object) -> None:
        self.count += 1


@dataclass(frozen=True, slots=True)
class View:
    """What is asked in an open session, and the columns that were found in it."""

    session: Session
    origin: FromClause
    fit: Fit
    asked: Statements

    def segments(self) -> dict[SegmentName, Segment] | None:
        """All of them; None when the product cannot tell, or has dates that only intake can read."""
        found = self._grouped(hashed=True)
        return (
            None
            if found is None
            else {
                (unit, month): Segment(count=rows, digest=digest_of(int(total)))
                for unit, month, _, rows, total in found
            }
        )

    def counts(self) -> dict[SegmentName, int] | None:
        """As `segments`, and nothing is hashed."""
        found = self._grouped(hashed=False)
        return None if found is None else {(unit, month): rows for unit, month, _, rows in found}

    def within(self, request: Look) -> Condition | None:
        """The rows of the segments or the months asked for; None: all, also where the product cannot tell them."""
        if request.segments is not None and not request.segments:
            return false()
        words = self._words()
        if words is None:
            return None
        month = words.month(self._cell("received_at"))
        if request.segments is not None:
            names = {f"{told}{_APART}{unit}" for unit, told in request.segments}
            return words.among(month.concat(literal(_APART, Text)).concat(self._unit(words)), names)
        begin, end = request.period_from, request.period_to
        bounds = [month >= f"{begin:%Y-%m}"] if begin else []
        bounds += [month <= f"{end:%Y-%m}"] if end else []
        return or_(month == UNDATED, and_(*bounds)) if bounds else None

    def holding(self, keys: Collection[str]) -> Condition | None:
        """The rows that may have one of these keys; None when the product cannot find them."""
        words = expressions_of(self.session)
        if words is None:
            return None
        parts = [key.split("|") for key in keys]
        codes = [code.replace("%7C", "|") for code, *rest in parts if len(rest) == _COMPOSED - 1]
        wanted: list[Condition] = []
        for name, told in {"source_record_id": keys, "dossier_code": codes}.items():
            key = words.key(self._cell(name)) if told and name in self.fit.columns else None
            if key is not None:
                wanted.append(words.among(key, {small(one) for one in told}))
        return or_(*wanted) if wanted else None

    def is_empty(self) -> bool:
        """Whether it has no row at all."""
        some = select(text("1")).select_from(self.origin).limit(1)
        return self.session.conn.execute(some).first() is None

    def _grouped(self, *, hashed: bool) -> Sequence[Sequence[Any]] | None:
        """Unit, month, dates that are odd, rows and, where asked, the sum of their hashes."""
        words = self._words()
        if words is None:
            return None
        received, selected = self._cell("received_at"), self.fit.selected
        rows = select(
            self._unit(words).label("told_unit"),
            words.month(received).label("told_month"),
            words.odd(received).label("told_odd"),
            *(real_column(name).label(f"cell_{n}") for n, name in enumerate(selected)),
        )
        told = rows.select_from(self.origin).subquery("told")
        names = [told.c.told_unit, told.c.told_month]
        more = [words.total([told.c[f"cell_{n}"] for n in range(len(selected))])] if hashed else []
        chosen = select(*names, func.sum(told.c.told_odd), func.count(), *more).group_by(*names)
        found = self.session.conn.execute(chosen).all()
        hidden = any(odd for _, _, odd, *_ in found) and self._hides_dates(words)
        return None if hidden else found

    def _hides_dates(self, words: Expressions) -> bool:
        """Whether intake understands any date that the database does not: its segment would be a wrong one."""
        received = self._cell("received_at")
        told = words.text(received)
        odd = select(told).select_from(self.origin).where(words.odd(received) == 1).distinct().limit(_ODD_TEXTS + 1)
        texts = self.session.conn.execute(odd).scalars().all()
        return len(texts) > _ODD_TEXTS or any(parse_moment(one, _NOON) for one in texts)

    def _words(self) -> Expressions | None:
        return expressions_of(self.session) if "received_at" in self.fit.columns else None

    def _cell(self, name: str) -> Expression:
        return real_column(self.fit.columns[name])

    def _unit(self, words: Expressions) -> Expression:
        return words.text(self._cell("unit_code")) if "unit_code" in self.fit.columns else literal("", Text)
