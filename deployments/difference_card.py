"""One difference as a card: what each side says and where it stands, since when, why, what to do, its history.

The values are those of the book, with what the warehouse holds now beside them; nothing is judged here.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from deployments.difference_words import say
from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import Cause, DifferenceClass, DifferenceState, received_on
from tasks.rules.register_cells import ILLEGIBLE
from tasks.rules.register_numbers import is_gap

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.reports.reconciliation_speech import Speech

Row = Mapping[str, Any]

PAPER = ("register", "transfer_register")
_NOT_THERE = {
    DifferenceClass.MISSING_IN_WAREHOUSE: ("warehouse",),
    DifferenceClass.MISSING_IN_SOURCE: ("source",),
    DifferenceClass.MISSING_IN_REGISTER: PAPER,
    DifferenceClass.NOT_IN_SOFTWARE: ("source", "warehouse"),
}
_SAME = (
    "id",
    "kind",
    "state",
    "owner",
    "unit_code",
    "system",
    "code",
    "sides",
    "book",
    "page",
    "line",
    "source",
    "day",
)
_MORE = ("cause", "facts", "first_seen_at", "last_seen_at", "fixed_at", "returned", "returned_at")
_EXPLAINED = ("explanation", "explained_by", "explained_at", "first_run_id", "run_id")


def line(row: Row, age: int | None) -> dict[str, Any]:
    """A difference as `differences list --json` tells it."""
    told = {name: row[name] for name in (*_SAME, *_MORE, *_EXPLAINED)}
    return told | {"key": row["record_key"], "column": row["column_name"], "age_working_days": age}


def card(conn: "Connection", row: Row, age: int | None) -> dict[str, Any]:
    """Everything about a difference as plain values: the line with `stands`, `quarantine` and `history`."""
    from warehouse import difference_desk as desk

    key, source = row["record_key"], row["source"]
    quarantined = desk.quarantined(conn, source, key) if row["cause"] == Cause.QUARANTINED else []
    told = line(row, age) | {"stands": list(_stands(conn, row)), "quarantine": quarantined}
    return told | {"history": sorted(_history(conn, row), key=lambda act: act["at"])}


def card_lines(told: Row, speech: "Speech", locale: str) -> Iterator[str]:
    """The card for people."""
    kind, state = speech.word("kind", told["kind"]), speech.word("state", told["state"])
    yield say("title", locale, id=told["id"], kind=kind, state=state)
    yield from _head(told, speech, locale)
    yield f"\n{say('sides', locale)}"
    yield from _sides(told, speech, locale)
    facts = [name for name in told["facts"] if name != REFS and name not in told["sides"].split("/")]
    if facts:
        yield f"\n{say('facts', locale)}"
        yield from (f"- {speech.pair(name, told['facts'][name], told['column'])}" for name in facts)
    yield f"\n{say('todo', locale)}"
    yield from (f"- {sentence}" for sentence in _todo(told, speech, locale))
    yield f"\n{say('history', locale)}"
    for act in told["history"]:
        at = speech.moment(act["at"])
        yield f"- {say('act_' + act['act'], locale, at=at, by=act['by'], detail=act['detail'])}"


def _stands(conn: "Connection", row: Row) -> Iterator[dict[str, Any]]:
    """Each side: whether the thing is there, what it says, its place; of the warehouse also what it says now."""
    lacking = _NOT_THERE.get(DifferenceClass(row["kind"]), ())
    refs = row["facts"].get(REFS) or {}
    for side in filter(None, row["sides"].split("/")):
        told = {"side": side, "there": side not in lacking, "says": row["facts"].get(side), "ref": refs.get(side)}
        if side in PAPER:
            paper = {"book": row["book"], "page": row["page"], "line": row["line"], "file": row["source"]}
            paper["row"] = str(told["ref"] or "").rpartition("#")[2]
            if is_gap(row["kind"], row["facts"]):
                yield told | {"there": False, "paper": paper, "missing": _missing(row["facts"])}
            else:
                yield told | ({"paper": paper} if told["there"] else {})
        elif side == "warehouse" and row["record_key"]:
            yield told | {"now": _current(conn, row)}
        else:
            yield told | {"body": _body(conn, str(told["ref"])) if told["ref"] else None}


def _missing(facts: Row) -> dict[str, Any]:
    """The numbers that stand nowhere, of lines or of pages, and the lines beside them."""
    first, last = facts["from"], facts["to"]
    numbers = str(first) if first == last else f"{first}-{last}"
    beside = {name: facts.get(name) for name in ("after_line", "before_line")}
    return {"what": facts.get("what", "line"), "numbers": numbers} | beside


def _current(conn: "Connection", row: Row) -> dict[str, Any] | None:
    """The version in use, by its number, with its value in the column that differs."""
    from warehouse.lineage import versions_of

    versions = versions_of(conn, "dossiers", row["system"], row["record_key"])
    if not versions or versions[-1]["known_to"] is not None:
        return None
    found = versions[-1]
    names = ("source", "data_moment", "known_from", "run_id", "source_ref")
    told = {name: found[name] for name in names} | {"version": len(versions), "body": _body(conn, found["source_ref"])}
    return told | ({"value": found[row["column_name"]]} if row["column_name"] in found else {})


def _body(conn: "Connection", ref: str) -> dict[str, Any] | None:
    """The landed body a reference points into, and the place in it."""
    from warehouse.lineage import bodies_of

    found = next(iter(bodies_of(conn, [ref])), None)
    return None if found is None else {"name": found["name"], "ordinal": ref.rpartition("#")[2]}


def _history(conn: "Connection", row: Row) -> Iterator[dict[str, Any]]:
    from warehouse import difference_desk as desk

    acts = desk.acts_on(conn, row["id"])
    by_hand = {desk.RESOLVE: max((act["at"] for act in acts if act["act"] == desk.RESOLVE), default=None)}
    yield {"at": row["first_seen_at"], "by": "", "act": "first_seen", "detail": row["first_run_id"]}
    if row["last_seen_at"] not in (row["first_seen_at"], row["returned_at"]) and row["state"] != DifferenceState.FIXED:
        yield {"at": row["last_seen_at"], "by": "", "act": "last_seen", "detail": row["run_id"]}
    if row["fixed_at"] is not None and row["fixed_at"] != by_hand[desk.RESOLVE]:
        yield {"at": row["fixed_at"], "by": "", "act": "fixed", "detail": ""}
    if row["returned_at"] is not None:
        yield {"at": row["returned_at"], "by": "", "act": "returned", "detail": row["returned"]}
    for act in acts:
        yield {"at": act["at"], "by": act["by"], "act": act["act"], "detail": act["detail"]["reason"]}


def _head(told: Row, speech: "Speech", locale: str) -> Iterator[str]:
    age = None if told["age_working_days"] is None else say("age_days", locale, n=told["age_working_days"])
    pairs = [
        ("unit", speech.unit(told["unit_code"])),
        ("owner", speech.owner(told["owner"])),
        ("code", told["code"]),
        ("key", f"{told['system']} {told['key']}".strip()),
        ("column", speech.column(told["column"]) if told["column"] else ""),
        ("received", speech.day(received_on(told["kind"], told["column"], told["facts"], told["day"]))),
        ("cause", speech.word("cause", told["cause"]) if told["cause"] else ""),
        ("age", age if told["state"] != DifferenceState.FIXED else None),
    ]
    yield from (f"{say(name, locale)}: {value}" for name, value in pairs if value)


def _sides(told: Row, speech: "Speech", locale: str) -> Iterator[str]:
    from deployments.cli_context import table_lines

    rows = [
        (speech.word("side", one["side"]), _says(one, told["column"], speech, locale), _place(one, speech, locale))
        for one in told["stands"]
    ]
    yield from table_lines(tuple(say(name, locale) for name in ("side", "says", "place")), rows)


def _says(one: Row, column: str, speech: "Speech", locale: str) -> str:
    if missing := one.get("missing"):
        return say(f"missing_{missing['what']}", locale, n=missing["numbers"])
    if not one["there"]:
        absent = say("absent", locale)
        return say("now_there", locale, found=absent) if one.get("now") else absent
    if one["says"] is None and not column:
        return say("present", locale)
    found, now = speech.value(one["says"], column), one.get("now")
    if now is None or "value" not in now:
        return found
    held = speech.value(_plain(now["value"]), column)
    return found if held in (found, found[-len("23/11/2026") :]) else say("now", locale, found=found, now=held)


def _plain(value: Any) -> Any:
    """As facts keep it: instants and days as text in Hanoi time."""
    from tasks.rules.timezone import HANOI

    if isinstance(value, datetime):
        return value.astimezone(HANOI).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


def _place(one: Row, speech: "Speech", locale: str) -> str:
    if missing := one.get("missing"):
        return "; ".join(_beside(one["paper"], missing, locale))
    if paper := one.get("paper"):
        return say("on_paper", locale, **{name: value or "-" for name, value in paper.items()})
    now = one.get("now")
    ref = now["source_ref"] if now else one["ref"]
    body = now["body"] if now else one.get("body")
    if not ref:
        return ""
    sha, _, number = str(ref).partition("#")
    short = sha.removeprefix("sha256:")[:12]
    place = (
        say("in_file", locale, name=body["name"], n=body["ordinal"])
        if body
        else say("in_body", locale, sha=short, n=number)
    )
    if not now:
        return place
    moments = {"moment": speech.moment(now["data_moment"]), "since": speech.moment(now["known_from"])}
    return say("of_version", locale, place=place, n=now["version"], **moments)


def _beside(paper: Row, missing: Row, locale: str) -> Iterator[str]:
    yield say("in_book", locale, book=paper["book"] or "-", file=paper["file"])
    for name in ("after_line", "before_line"):
        if line := missing[name]:
            yield say(name, locale, page=line["page"] or "-", line=line["line"])


def _todo(told: Row, speech: "Speech", locale: str) -> Iterator[str]:
    if told["state"] == DifferenceState.FIXED:
        yield say("nothing_to_do", locale)
        return
    if told["state"] == DifferenceState.OPEN and told["explanation"]:
        yield say("changed_since", locale, by=told["explained_by"], reason=told["explanation"])
    yield say("illegible_cell", locale) if told["facts"].get("cell") == ILLEGIBLE else speech.word("todo", told["kind"])
    if told["cause"] == Cause.BEHIND and told["source"]:
        yield say("sync", locale, source=told["source"])
    if told["cause"] == Cause.ALTERED:
        yield say("altered", locale)
    yield from (say("see_quarantine", locale, id=number) for number in told["quarantine"])
    if told["code"] and told["key"]:
        yield say("trace", locale, code=told["code"])
    if told["state"] == DifferenceState.OPEN:
        yield say("or_explain", locale, id=told["id"])
    yield say("or_resolve", locale, id=told["id"])
