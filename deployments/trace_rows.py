"""Stored rows as the values of a trace page: mails and their words, frozen facts, flags, events, versions, bodies.

Versions are compared column by column. Free text that persons typed into a record never passes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from pydantic import ValidationError

from tasks.mail.frozen import thaw_bulletin, thaw_digest, thaw_facts
from tasks.reports.trace_model import (
    Body,
    DifferenceSeen,
    DisputeLine,
    FlagSpan,
    Happening,
    Quote,
    SourceVersion,
    Telling,
    TracedMail,
    ValueChange,
)
from tasks.rules.datasets import DATASETS
from tasks.rules.model import Digest, DigestItem, ItemFacts

Row = Mapping[str, Any]

DATASET_OF = {"dossier": "dossiers", "recommendation": "recommendations"}
_PRIVATE = ("actor", "approver", "evidence", "note", "reason")  # free text of persons: never on a page
_REF = re.compile(r"^(?:sha256:)?([0-9a-f]+)#(.*)$")
_NUMBERED = re.compile(r"^\s*\d+\.\s")


def mail_of(row: Row) -> TracedMail:
    """The mail, by post."""
    recipient = row["digest"].get("recipient") or {}
    names = ("business_date", "audience", "post", "state", "reason", "kind", "revision", "subject", "message_id")
    moments = ("as_of", "data_moment", "settled_at", "run_id")
    return TracedMail(
        mail_id=row["id"],
        sha256=hashlib.sha256(bytes(row["body"])).hexdigest(),
        acting_for=recipient.get("acting_for", ""),
        resolved_by=row["resolved_by"] or "",
        **{name: row[name] for name in (*names, *moments)},
    )


def telling_of(mail: Row, row: Row, versions: tuple[SourceVersion, ...]) -> Telling:
    """What that mail said of the item of this `mail_items` row, and on what it rested."""
    line, facts = _frozen(mail, row)
    return Telling(
        mail=mail_of(mail),
        role=row["role"],
        level=row["level"],
        flag=row["flag"],
        announced_level=row["announced_level"],
        announced_on=row["announced_on"],
        line=line,
        facts=facts,
        said=tuple(quotes(bytes(mail["body"]), row["code"])),
        version=_known_at(versions, mail["as_of"]),
    )


def _frozen(mail: Row, row: Row) -> tuple[DigestItem | None, ItemFacts | None]:
    """The line and the facts as frozen beside the mail."""
    try:
        if mail["kind"] == "bulletin":
            bulletin = thaw_bulletin(mail["digest"])
            listed = (f for f in (*bulletin.no_recipient, *bulletin.ops_items) if f.item_key == row["item_key"])
            return None, next(listed, None)
        digest: Digest = thaw_digest(mail["digest"])
    except ValidationError:  # written by an older version: the ledger's own columns still tell the rest
        return None, None
    mine = [i for i in digest.items() if i.facts.item_key == row["item_key"] and i.role == row["role"]]
    exact = [i for i in mine if i.facts.flag == row["flag"]]
    line = next(iter(exact or mine), None)
    return line, line.facts if line else None


def quotes(body: bytes, code: str) -> Iterator[Quote]:
    """The places of the letter's text part that name the code, each under its heading, word for word."""
    part = message_from_bytes(body, policy=policy.default).get_body(("plain",))
    if part is None:
        return
    named = re.compile(rf"(?<![\w-]){re.escape(code)}(?![\w-])")
    heading, open_item = "", False
    taken: list[str] = []
    for line in part.get_content().splitlines():
        indented = line.startswith("   ")
        if taken and not (open_item and indented):
            yield Quote(heading=heading, lines=tuple(taken))
            taken, open_item = [], False
        if open_item and indented:
            taken.append(line.strip())
        elif named.search(line):
            taken, open_item = [line.strip()], bool(_NUMBERED.match(line))
        elif line.strip() and line == line.upper() and not line.startswith(("-", " ")):
            heading = line.strip()
    if taken:
        yield Quote(heading=heading, lines=tuple(taken))


def versions_of(subject: str, rows: Iterable[Row]) -> Iterator[SourceVersion]:
    """Versions of the source row, oldest first, with what changed from one to the next."""
    columns = (
        [c.name for c in DATASETS[DATASET_OF[subject]].stored if c.name not in _PRIVATE]
        if subject in DATASET_OF
        else []
    )
    before: Row = {}
    for number, row in enumerate(rows, start=1):
        changed = [c for c in columns if row[c] != before.get(c)]
        sha256, ordinal = _place(row["source_ref"])
        yield SourceVersion(
            number=number,
            source=row["source"],
            known_from=row["known_from"],
            known_to=row["known_to"],
            data_moment=row["data_moment"],
            run_id=row["run_id"],
            sha256=sha256,
            ordinal=ordinal,
            changes=tuple(ValueChange(column=c, before=before.get(c), after=row[c]) for c in changed),
        )
        before = row


def _known_at(versions: Iterable[SourceVersion], moment: datetime) -> SourceVersion | None:
    for version in versions:
        if version.known_from <= moment and (version.known_to is None or moment < version.known_to):
            return replace(version, changes=())
    return None


def flag_of(row: Row) -> FlagSpan:
    """A row of `flags`."""
    names = ("flag", "since", "closed_at", "tier", "due_at", "days_late", "unit_code", "disputed", "run_id")
    try:
        facts: ItemFacts | None = thaw_facts(row["facts"])
    except ValidationError:
        facts = None
    return FlagSpan(
        rule_version=facts.rule_version if facts else "",
        calendar_version=facts.calendar_version if facts else "",
        **{name: row[name] for name in names},
    )


def event_of(row: Row) -> Happening:
    """A version of an event."""
    sha256, ordinal = _place(row["source_ref"])
    return Happening(
        at=row["at"],
        event=row["event"],
        document_no=row["document_no"] or "",
        new_due=row.get("new_due_at") or row.get("new_due_on"),
        to_unit_code=row["to_unit_code"] or "",
        known_from=row["known_from"],
        known_to=row["known_to"],
        sha256=sha256,
        ordinal=ordinal,
    )


def dispute_of(row: Row) -> DisputeLine:
    """A row of `disputes`."""
    names = ("opened_on", "opened_at", "by", "reason", "answered_at")
    told = {name: row[name] for name in names}
    return DisputeLine(outcome=row["outcome"] or "", answer=row["answer"] or "", **told)


def difference_of(row: Row) -> DifferenceSeen:
    """A row of `differences`: what each side says, without where it stands."""
    names = ("id", "kind", "state", "sides", "book", "page", "line", "returned", "explanation", "explained_by")
    says = {side: row["facts"][side] for side in row["sides"].split("/") if side in row["facts"]}
    told = {name: row[name] for name in names}
    return DifferenceSeen(since=row["first_seen_at"], column=row["column_name"], says=says, **told)


def body_of(row: Row) -> Body:
    """A row of `landed`, without its path."""
    names = ("source", "name", "sha256", "data_moment", "landed_at", "deleted_at")
    return Body(size=row["bytes"], **{name: row[name] for name in names})


def _place(ref: str) -> tuple[str, str]:
    match = _REF.match(ref)
    return (match[1], match[2]) if match else (ref, "")
