"""The doctor at the directory: units, heads, superiors and procedures that the open items need and nobody has told.

Codes and numbers only: no person is named.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from deployments.doctor_words import say
from deployments.findings import FAULT, OK, WARNING, Finding, first_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.rules.directory import Directory
    from warehouse.gaps import Named

_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_OFFICE = re.compile(r"\b(ubnd|sở|ban|phòng|chi cục|cục|xã|phường|đặc khu|huyện|trung tâm|văn phòng|bộ phận)\b", re.I)


def directory_findings(conn: "Connection", today: date, locale: str) -> Iterator[Finding]:
    """Units at work without somebody to write to, and units nobody knows."""
    from warehouse import current, gaps

    directory = _directory(conn)
    if directory.empty:
        yield Finding("units", FAULT, say("no_units", locale))
        return
    named = gaps.units_named(conn)
    unknown = [unit for unit in named if directory.unit_on(unit.code, _day(unit)) is None]
    at_work = _answering(directory, named, today) or _leaves(current.units(conn), directory, today)
    unharmed = _directory(conn, bounced=False)
    found = list(_recipients(directory, unharmed, at_work, today, locale))
    yield from found
    if unknown:
        told = first_of([say("counted", locale, code=_plain(u.code), n=u.items) for u in unknown], locale)
        yield Finding("units", WARNING, say("unknown_units", locale, n=len(unknown), units=told))
    if not found and not unknown:
        yield Finding("directory", OK, say("directory_ok", locale, n=len(at_work)))


def procedure_findings(conn: "Connection", locale: str) -> Iterator[Finding]:
    """Procedures of open dossiers that are unknown, or tell no duration where the dossier tells none either."""
    from warehouse import current, gaps

    timed: dict[str, bool] = {}
    for row in current.current_rows(conn, "procedures"):
        known = row["duration_amount"] is not None and bool(row["duration_unit"])
        timed[row["procedure_code"]] = timed.get(row["procedure_code"], False) or known
    bare = [p for p in gaps.procedures_named(conn) if p.without_duration]
    for key, found in (
        ("unknown_procedures", [p for p in bare if p.code not in timed]),
        ("no_duration", [p for p in bare if not timed.get(p.code, True)]),
    ):
        if found:
            told = first_of([say("counted", locale, code=p.code, n=p.without_duration) for p in found], locale)
            yield Finding("procedures", WARNING, say(key, locale, n=len(found), procedures=told))


def _recipients(
    directory: "Directory", unharmed: "Directory", units: list[str], today: date, locale: str
) -> Iterator[Finding]:
    """`unharmed`: the same directory if no address had bounced."""
    from tasks.rules.directory import NoRecipient

    heads = {unit: directory.head(unit, today) for unit in units}
    lacking = {unit: head.reason for unit, head in heads.items() if isinstance(head, NoRecipient)}
    several = [unit for unit, reason in lacking.items() if reason.startswith("several_")]
    bounced = [u for u in lacking if u not in several and not isinstance(unharmed.head(u, today), NoRecipient)]
    headless = [unit for unit in lacking if unit not in several and unit not in bounced]
    above = [u for u in units if isinstance(directory.above(u, "superior", today), NoRecipient)]
    away = [u for u in units if (absence := directory.absence(u, today)) and not absence.delegate_email]
    for key, about, found in (
        ("units_headless", "heads", headless),
        ("units_two_heads", "heads", several),
        ("heads_unusable", "heads", bounced),
        ("no_superior", "superiors", above),
        ("absent", "absences", away),
    ):
        if found:
            yield Finding(about, WARNING, say(key, locale, n=len(found), units=first_of(found, locale)))


def _directory(conn: "Connection", *, bounced: bool = True) -> "Directory":
    from tasks import directory_from_rows as read
    from tasks.rules.directory import Directory
    from warehouse import current, desk

    return Directory(
        units=read.units(current.units(conn)),
        successions=read.successions(current.unit_succession(conn)),
        contacts=read.contacts(current.contacts(conn)),
        absences=read.absences(current.current_rows(conn, "absences")),
        bounced=desk.bounced_addresses(conn) if bounced else (),
    )


def _answering(directory: "Directory", named: list["Named"], today: date) -> list[str]:
    found = (directory.answering(unit.code, _day(unit), today).today for unit in named)
    return list(dict.fromkeys(unit.code for unit in found if unit is not None))


def _leaves(rows: list[dict[str, object]], directory: "Directory", today: date) -> list[str]:
    """Before the first item: the units below which there are none."""
    parents = {row["parent_code"] for row in rows}
    codes = dict.fromkeys(str(row["unit_code"]) for row in rows if row["unit_code"] not in parents)
    return [code for code in codes if directory.unit_on(code, today) is not None]


def _day(unit: "Named") -> date:
    from tasks.rules.timezone import HANOI

    return unit.latest.astimezone(HANOI).date()


def _plain(code: str) -> str:
    """The source's word for a unit, unless it may be a person's name: some layouts put the officer there."""
    return code if _CODE.fullmatch(code) or _OFFICE.search(code) else "(?)"
