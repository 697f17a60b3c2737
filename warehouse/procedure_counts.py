"""Current dossiers counted by unit, procedure and days of receipt, and what units display: for the check of procedures.

The database groups, so that a province costs what its units and procedures are, not what its dossiers are. Nothing is
judged here; days are those of the instants that the caller gives.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Text, and_, case, column, func, select, true, values

from warehouse.chunks import chunks
from warehouse.instants import Instant
from warehouse.tables import VERSIONS

NAMED = 5  # dossiers that are named of each group


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Of whom, and what is asked for: received from `begin` on and before `end`, None for any; empty means all."""

    units: Collection[str] = ()
    sources: Collection[str] = ()
    begin: datetime | None = None
    end: datetime | None = None

    def of_units(self, name: ColumnElement[Any]) -> ColumnElement[bool]:
        """Only the units asked for."""
        return name.in_(sorted(self.units)) if self.units else true()

    def asked(self) -> ColumnElement[bool]:
        """Whether a dossier is of the period and the sources asked for."""
        table = VERSIONS["dossiers"]
        sources = [table.c.source.in_(sorted(self.sources))] if self.sources else []
        first = [table.c.received_at >= self.begin] if self.begin is not None else []
        last = [table.c.received_at < self.end] if self.end is not None else []
        return and_(true(), *sources, *first, *last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Dossiers of one unit under one code and field; `asked`: those of the period and sources asked for."""

    unit_code: str
    procedure_code: str
    field: str
    count: int
    asked: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedInSpan:
    """Dossiers of one unit in the span of that number, and the codes of those received last."""

    unit_code: str
    span: int
    count: int
    asked: int
    first: datetime
    last: datetime
    dossiers: list[str] = field(default_factory=list)


def received(conn: Connection, question: Question) -> list[Counted]:
    """By unit, procedure code and field of work; what is not told is ""."""
    table = VERSIONS["dossiers"]
    named = [func.coalesce(table.c[name], "") for name in ("unit_code", "procedure_code", "field")]
    asked = func.sum(case((question.asked(), 1), else_=0))
    chosen = (
        select(*named, func.count(), asked, func.min(table.c.received_at), func.max(table.c.received_at))
        .where(table.c.known_to.is_(None), question.of_units(table.c.unit_code))
        .group_by(*named)
    )
    return [
        Counted(unit_code=unit, procedure_code=code, field=told, count=n, asked=of_these, first=first, last=last)
        for unit, code, told, n, of_these, first, last in conn.execute(chosen)
    ]


def received_in(
    conn: Connection, question: Question, spans: Iterable[tuple[str, datetime, datetime]]
) -> Iterator[CountedInSpan]:
    """Dossiers under a code received from an instant on and before another, by unit and number of the span."""
    for some in chunks(enumerate(spans)):
        found: dict[tuple[str, int], CountedInSpan] = {}
        for unit, span, n, of_these, first, last, code in conn.execute(_in_spans(question, some)):
            group = found.setdefault(
                (unit, span),
                CountedInSpan(unit_code=unit, span=span, count=n, asked=of_these, first=first, last=last),
            )
            group.dossiers.append(code)
        yield from found.values()


def _in_spans(question: Question, spans: Iterable[tuple[int, tuple[str, datetime, datetime]]]) -> Any:
    """The last few rows of every group, each with what is counted over its whole group."""
    table = VERSIONS["dossiers"]
    asked = values(
        column("span", Integer), column("code", Text), column("begins", Instant), column("ends", Instant), name="spans"
    )
    wanted = asked.data([(number, *span) for number, span in spans]).cte("spans")
    group = (table.c.unit_code, wanted.c.span)
    place = func.row_number().over(
        partition_by=group, order_by=(table.c.received_at.desc(), table.c.dossier_code, table.c.record_key)
    )
    rows = (
        select(
            table.c.unit_code,
            wanted.c.span,
            func.count().over(partition_by=group).label("n"),
            func.sum(case((question.asked(), 1), else_=0)).over(partition_by=group).label("asked"),
            func.min(table.c.received_at).over(partition_by=group).label("first"),
            func.max(table.c.received_at).over(partition_by=group).label("last"),
            table.c.dossier_code,
            place.label("place"),
        )
        .join(
            wanted,
            and_(
                table.c.procedure_code == wanted.c.code,
                table.c.received_at >= wanted.c.begins,
                table.c.received_at < wanted.c.ends,
            ),
        )
        .where(table.c.known_to.is_(None), question.of_units(table.c.unit_code))
        .subquery()
    )
    shown = [one for one in rows.c if one.name != "place"]
    return select(*shown).where(rows.c.place <= NAMED).order_by(rows.c.span, rows.c.unit_code, rows.c.place)


def on_display(conn: Connection, units: Collection[str], until: date) -> list[tuple[str, str, date]]:
    """(unit, procedure, day) of what each unit displayed when it was last looked at, not after `until`."""
    table = VERSIONS["postings"]
    mine = (table.c.known_to.is_(None), table.c.seen_on <= until, Question(units=units).of_units(table.c.unit_code))
    newest = (
        select(table.c.unit_code, func.max(table.c.seen_on).label("seen_on"))
        .where(*mine)
        .group_by(table.c.unit_code)
        .subquery()
    )
    chosen = (
        select(table.c.unit_code, table.c.procedure_code, table.c.seen_on)
        .join(newest, and_(table.c.unit_code == newest.c.unit_code, table.c.seen_on == newest.c.seen_on))
        .where(*mine)
        .distinct()
    )
    return sorted((unit, code, day) for unit, code, day in conn.execute(chosen))
