"""One quarantined row as a card: its cells beside what is in use, where it came from, why, whom to ask, its history."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deployments.dataset_words import keeper_of, title_of
from deployments.quarantine_words import refusal_sentence, say

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

Row = Mapping[str, Any]


def card(conn: "Connection", row: Row, locale: str) -> dict[str, Any]:
    """Everything about the row as plain values."""
    from warehouse import quarantine_desk as desk

    in_use, body = desk.current_of(conn, row), desk.body_of(conn, row)
    unit = row["content"].get("unit_code")
    return {
        "id": row["id"],
        "source": row["source"],
        "dataset": row["dataset"],
        "system": row["system"],
        "key": row["record_key"],
        "reasons": row["reasons"],
        "owner": row["owner"],
        "state": row["closed_reason"] or "open",
        "came_from": {
            "name": body["name"] if body else None,
            "place": row["source_ref"].rpartition("#")[2],
            "data_moment": desk.moment_of(conn, row),
        },
        "current": in_use and {name: in_use[name] for name in ("data_moment", "known_from")},
        "fields": list(_fields(row, in_use)),
        "ask": {"unit_code": unit, "unit": _unit_name(conn, unit), "keeper": keeper_of(row["dataset"], locale)},
        "first_seen_at": row["first_seen_at"],
        "last_seen_at": row["last_seen_at"],
        "closed_at": row["closed_at"],
        "acts": [{name: act[name] for name in ("at", "by", "act", "detail")} for act in desk.acts_on(conn, row["id"])],
    }


def card_lines(told: Row, locale: str, is_refused: str = "") -> Iterator[str]:
    """The card for people; `is_refused`: why it cannot be released."""
    yield say("title", locale, id=told["id"], dataset=title_of(told["dataset"], locale), source=told["source"])
    yield f"{say('key', locale)}: {told['key']}"
    yield _origin(told, locale)
    yield f"\n{say('why', locale)}"
    for reason in told["reasons"]:
        yield f"- {column_name(told['dataset'], reason['column'], locale)}{reason['text']}"
    yield f"\n{say('content', locale)}"
    yield from _cells(told, locale)
    yield f"\n{say('todo', locale)}"
    yield from _todo(told, locale, is_refused)
    yield f"\n{say('history', locale)}"
    yield from _history(told, locale)


def column_name(dataset: str, column: str, locale: str, after: str = ": ") -> str:
    """What people call a column; nothing for the row as a whole."""
    from tasks.rules.datasets import DATASETS

    known = {c.name: c for c in DATASETS[dataset].columns}
    if column not in known:
        return column and f"{column}{after}"
    headings = known[column].headings
    return (headings[0] if headings and locale != "en" else column) + after


def moment(at: "datetime | None") -> str:
    """A moment in Hanoi time, to the minute."""
    from tasks.rules.timezone import HANOI

    return f"{at.astimezone(HANOI):%H:%M %d/%m/%Y}" if at else "-"


def _fields(row: Row, in_use: Row | None) -> Iterator[dict[str, Any]]:
    from tasks.rules.datasets import DATASETS

    for column in DATASETS[row["dataset"]].columns:
        refused = row["content"].get(column.name)
        now = None if in_use is None else in_use[column.name]
        same = _comparable(refused, now)
        told = {"column": column.name, "refused": refused, "current": now}
        yield told | {"differs": in_use is not None and not same}


def _comparable(text: str | None, value: Any) -> bool:
    """Whether a stored text and a value in use say the same; a text that is no such value differs."""
    from datetime import date, datetime

    if text is None or value is None:
        return text is None and value is None
    try:
        if isinstance(value, datetime):
            return datetime.fromisoformat(text) == value
        if isinstance(value, date):
            return date.fromisoformat(text) == value
    except (ValueError, TypeError):
        return False
    return text.casefold() == str(value).casefold() if isinstance(value, bool) else text == str(value)


def _cells(told: Row, locale: str) -> Iterator[str]:
    from deployments.cli_context import table_lines

    rows = [
        (
            column_name(told["dataset"], f["column"], locale, after=""),
            _as_refused(f["refused"]),
            _shown(f["current"]),
            "*" * f["differs"],
        )
        for f in told["fields"]
        if f["refused"] or f["current"] is not None
    ]
    headings = (say("column", locale), say("as_refused", locale), say("in_use", locale), "")
    if told["current"] is None:
        yield from table_lines(headings[:2], [row[:2] for row in rows])
        yield say("no_current", locale)
        return
    yield from table_lines(headings, rows)
    yield say("current_since", locale, moment=moment(told["current"]["data_moment"]))


def _as_refused(text: str | None) -> str:
    """What came; instants, kept in one plain form, as people here read them."""
    from datetime import datetime

    if text and text.endswith("+00:00"):
        try:
            return moment(datetime.fromisoformat(text))
        except ValueError:
            return text
    return text or ""


def _shown(value: Any) -> str:
    from datetime import datetime

    if value is None:
        return ""
    return moment(value) if isinstance(value, datetime) else str(value)


def _origin(told: Row, locale: str) -> str:
    came = told["came_from"]
    if came["name"] is None:
        return say("came_from_unknown", locale)
    is_file = came["name"].lower().endswith((".csv", ".xlsx", ".txt"))
    place = say("line" if is_file else "record", locale, n=came["place"])
    return say("came_from", locale, name=came["name"], place=place)


def _todo(told: Row, locale: str, is_refused: str) -> Iterator[str]:
    ask = told["ask"]
    if ask["unit"]:
        yield f"- {say('ask_unit', locale, unit=ask['unit'], code=ask['unit_code'], whom=ask['keeper'])}"
    else:
        yield f"- {say('ask', locale, whom=ask['keeper'])}"
    if told["state"] != "open":
        return
    yield f"- {say('mend', locale)}"
    yield f"- {is_refused or say('or_release', locale, id=told['id'])}"
    yield f"- {say('or_settle', locale, id=told['id'])}"


def _history(told: Row, locale: str) -> Iterator[str]:
    yield f"- {say('first_seen', locale, at=moment(told['first_seen_at']))}"
    if told["last_seen_at"] != told["first_seen_at"]:
        yield f"- {say('seen_again', locale, at=moment(told['last_seen_at']))}"
    for act in told["acts"]:
        detail = next((str(v) for v in act["detail"].values() if v), say("nobody", locale))
        yield f"- {say('act_' + act['act'], locale, at=moment(act['at']), by=act['by'], detail=detail)}"
    if told["state"] in ("corrected", "gone"):
        yield f"- {say('closed_' + told['state'], locale, at=moment(told['closed_at']))}"


def _unit_name(conn: "Connection", code: str | None) -> str | None:
    from warehouse import current

    return next((str(u["name"]) for u in current.units(conn) if code and u["unit_code"] == code), None)


def refused_line(code: str, column: str, dataset: str, locale: str) -> str:
    """Why the row cannot be let in, as a line of the card."""
    name = column_name(dataset, column, locale, after="")
    return say("cannot_release", locale, why=refusal_sentence(code, locale, name))
