"""The warehouse as it was known at a moment: versions by known_from and known_to, quarantine, loads, mails, disputes.

For reports, which must come out the same however much later they are asked for: nothing that is overwritten in place is
read here. What is true now is `current`'s, the history of one row `lineage`'s. Decisions are nobody's here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from tasks.rules.release import KEYLESS
from warehouse.chunks import chunks
from warehouse.difference_tables import differences
from warehouse.tables import FINISHED_CODES, VERSIONS, audit, disputes, loads, mail_items, mails, quarantine

PAGE = 5_000  # rows held at a time
_HIDDEN = ("version_id", "known_to", "run_id")
_SUCCESS = ("promoted", "unchanged")
_FINISHED = tuple(code.strip(" '") for code in FINISHED_CODES.split(","))
_SETTLED = ("handed", "uncertain", "refused", "expired")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """The warehouse as it was known at `at`."""

    conn: Connection
    at: datetime

    def rows(self, dataset: str, *conditions: ColumnElement[bool]) -> list[Row]:
        """All versions of a dataset known then, in order of system and key."""
        table = VERSIONS[dataset]
        shown = [c for c in table.columns if c.name not in _HIDDEN]
        rows = [dict(r) for r in self.conn.execute(select(*shown).where(self._known(dataset), *conditions)).mappings()]
        return sorted(rows, key=lambda row: (row["system"], row["record_key"]))

    def by_code(self, dataset: str, codes: Iterable[tuple[str, str]]) -> list[Row]:
        """Rows of a dataset by (system, dossier_code)."""
        table, wanted = VERSIONS[dataset], _by_system(codes)
        return [
            row
            for system, values in sorted(wanted.items())
            for some in chunks(sorted(values))
            for row in self.rows(dataset, and_(table.c.system == system, table.c.dossier_code.in_(some)))
        ]

    def dossiers(self, begin: datetime, end: datetime, as_of: datetime) -> Iterator[list[Row]]:
        """Pages of the dossiers that were open at as_of, or received or finished from `begin` on and before `end`."""
        table = VERSIONS["dossiers"]
        finished_at = func.coalesce(table.c.resolved_at, table.c.returned_at)
        left_at = func.coalesce(finished_at, table.c.updated_at, table.c.known_from)
        wanted = or_(
            table.c.status.not_in(_FINISHED),
            left_at > as_of,
            and_(finished_at >= begin, finished_at < end),
            and_(table.c.received_at >= begin, table.c.received_at < end),
        )
        shown = [c for c in table.columns if c.name not in _HIDDEN[1:]]
        chosen = select(*shown).where(self._known("dossiers"), wanted).order_by(table.c.version_id).limit(PAGE)
        last = 0
        while page := [dict(row) for row in self.conn.execute(chosen.where(table.c.version_id > last)).mappings()]:
            last = page[-1]["version_id"]
            yield page

    def finished_without_date(self) -> int:
        """How many dossiers are finished, and nobody says when."""
        table = VERSIONS["dossiers"]
        bare = (table.c.resolved_at.is_(None), table.c.returned_at.is_(None), table.c.status.in_(("9", "10")))
        chosen = select(func.count()).select_from(table).where(self._known("dossiers"), *bare)
        return self.conn.execute(chosen).scalar_one()

    def _known(self, dataset: str) -> ColumnElement[bool]:
        table = VERSIONS[dataset]
        return and_(table.c.known_from <= self.at, or_(table.c.known_to.is_(None), table.c.known_to > self.at))

    # what lay beside the versions

    def quarantined(self) -> list[Row]:
        """Rows that lay in quarantine then: source, system, dataset, record_key, reasons, content, first_seen_at."""
        table = quarantine
        names = ("source", "system", "dataset", "record_key", "reasons", "first_seen_at")
        code, unit = (table.c.content[name].as_string().label(name) for name in ("dossier_code", "unit_code"))
        still = or_(table.c.closed_at.is_(None), table.c.closed_at > self.at)
        chosen = select(*(table.c[name] for name in names), code, unit).where(table.c.first_seen_at <= self.at, still)
        return [dict(row) for row in self.conn.execute(chosen.order_by(table.c.id)).mappings()]

    def moments(self) -> dict[str, datetime]:
        """Newest data moment of each source that had succeeded."""
        chosen = select(loads.c.source, func.max(loads.c.data_moment)).where(loads.c.state.in_(_SUCCESS))
        rows = self.conn.execute(chosen.where(loads.c.as_of <= self.at).group_by(loads.c.source)).tuples()
        return {source: moment for source, moment in rows if moment is not None}

    def last_states(self) -> dict[str, str]:
        """How the last load of each source that brought anything had ended."""
        last = select(func.max(loads.c.load_id)).where(loads.c.state != "failed", loads.c.as_of <= self.at)
        chosen = select(loads.c.source, loads.c.state).where(loads.c.load_id.in_(last.group_by(loads.c.source)))
        return dict(self.conn.execute(chosen).tuples().all())

    def refusals(self, begin: datetime, end: datetime) -> dict[str, int]:
        """By source: how often a gate refused it in that span."""
        spans = (loads.c.as_of >= begin, loads.c.as_of < end, loads.c.as_of <= self.at)
        chosen = select(loads.c.source, func.count()).where(loads.c.state == "refused", *spans)
        return dict(self.conn.execute(chosen.group_by(loads.c.source)).tuples().all())

    def mails(self, first: date, last: date, unit_code: str = "") -> list[Row]:
        """Mails of these business dates with their state then; with a unit, only those about items asked of it.

        A mail that nobody had settled is `planned`; one that a person resolved later was still uncertain.
        """
        after = select(audit.c.target).where(audit.c.act == "outbox_resolve", audit.c.at > self.at)
        resolved_later = {str(target) for target in self.conn.execute(after).scalars()}
        names = ("id", "business_date", "audience", "kind", "state", "post", "subject", "settled_at")
        spans = (mails.c.business_date >= first, mails.c.business_date <= last, mails.c.as_of <= self.at)
        chosen = select(*(mails.c[name] for name in names)).where(*spans, mails.c.state != "superseded")
        if unit_code:
            told = select(mail_items.c.mail_id).where(mail_items.c.unit_code == unit_code)
            chosen = chosen.where(mails.c.id.in_(told.where(mail_items.c.role != "informed")))
        found = [dict(r) for r in self.conn.execute(chosen.order_by(mails.c.business_date, mails.c.id)).mappings()]
        return [mail | {"state": self._state_then(mail, resolved_later)} for mail in found]

    def _state_then(self, mail: Row, resolved_later: set[str]) -> str:
        if str(mail["id"]) in resolved_later:
            return "uncertain"
        settled = mail["state"] in _SETTLED and mail["settled_at"] is not None and mail["settled_at"] <= self.at
        return str(mail["state"]) if settled else "planned"

    def disputes(self, unit_code: str = "") -> list[Row]:
        """Disputes opened by then, of items that mails asked of the unit; an answer that came later is left out."""
        later = disputes.c.answered_at > self.at
        outcome = case((later, None), else_=disputes.c.outcome).label("outcome")
        answered = case((later, None), else_=disputes.c.answered_at).label("answered_at")
        names = ("item_key", "code", "opened_at", "opened_on")
        chosen = select(*(disputes.c[name] for name in names), outcome, answered)
        if unit_code:
            told = select(mail_items.c.item_key).where(mail_items.c.unit_code == unit_code)
            chosen = chosen.where(disputes.c.item_key.in_(told))
        rows = self.conn.execute(chosen.where(disputes.c.opened_at <= self.at).order_by(disputes.c.id)).mappings()
        return [dict(row) for row in rows]

    def differences(self, unit_code: str) -> list[Row]:
        """Differences about the unit that were open then: neither fixed nor explained by that moment."""
        table = differences
        names = ("id", "kind", "code", "column_name", "book", "page", "line", "day", "first_seen_at")
        came = (table.c.first_seen_at <= self.at, table.c.unit_code == unit_code)
        settled = {"fixed": table.c.fixed_at, "explained": table.c.explained_at}
        over = [and_(table.c.state == state, at.is_not(None), at <= self.at) for state, at in settled.items()]
        chosen = select(*(table.c[name] for name in names)).where(*came, ~or_(*over)).order_by(table.c.id)
        return [dict(row) for row in self.conn.execute(chosen).mappings()]


Doubted = frozenset[tuple[str, str, str]]


def doubtful(rows: Iterable[Row]) -> tuple[Doubted, Doubted]:
    """What quarantined rows cast doubt on: by (dataset, system, key), and dossiers by (system, code, unit).

    The second where a row has no key; a unit of "" stands for any.
    """
    keys: set[tuple[str, str, str]] = set()
    codes: set[tuple[str, str, str]] = set()
    for row in rows:
        if row["dataset"] == "dossiers" and str(row["record_key"]).startswith(KEYLESS):
            if row["dossier_code"]:
                codes.add((row["system"], row["dossier_code"], row["unit_code"] or ""))
        else:
            keys.add((row["dataset"], row["system"], row["record_key"]))
    return frozenset(keys), frozenset(codes)


def reason_counts(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """Each reason's sentence, or its code once the sweep took the sentence, with its number of rows; most first."""
    numbers = Counter(text for row in rows for text in {r["text"] or r["code"] for r in row["reasons"]})
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))


def _by_system(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for system, value in pairs:
        wanted.setdefault(system, set()).add(value)
    return wanted
