"""A difference as one row of a table, the same on the screen and in the workbook: people compare the two.

Words come from `reconciliation_speech`; which rows stand where is decided in `reconciliation` and its sheets.
"""

from typing import Any

from tasks.reports.reconciliation_model import DifferenceLine, Reconciliation
from tasks.reports.reconciliation_speech import Speech, speech
from tasks.rules.difference_life import REFS

MOST_ROWS = 200  # of a table in Prefect, which keeps it whole in its database
COLUMNS = (
    "id",
    "kind",
    "unit",
    "code",
    "column",
    "sides",
    "what",
    "cause",
    "place",
    "source",
    "day",
    "news",
    "state",
    "since",
    "age",
    "owner",
    "explanation",
)
ON_SCREEN = ("id", "kind", "unit", "code", "column", "what", "cause", "place", "news", "age", "owner")
_TELLING = ("kind", "source", "warehouse", "register")  # what each side says comes first


def cells(one: DifferenceLine, told: Speech) -> dict[str, str]:
    """Every column of `COLUMNS` as text."""
    place = ", ".join(f"{told.column(name).lower()} {value}" for name, value in _place(one) if value)
    return {
        "id": one.id,
        "kind": told.word("kind", one.kind),
        "unit": told.unit(one.unit_code),
        "owner": told.owner(one.owner),
        "code": one.code,
        "column": told.column(one.column) if one.column else "",
        "sides": told.sides(one.sides),
        "place": place,
        "source": one.source,
        "day": told.day(one.day),
        "what": what(one, told),
        "cause": told.word("cause", one.cause) if one.cause else "",
        "news": told.word("news", one.news) if one.news else "",
        "state": told.word("state", one.state),
        "since": told.moment(one.first_seen_at),
        "age": "" if one.age is None else str(one.age),
        "explanation": one.explanation,
    }


def what(one: DifferenceLine, told: Speech) -> str:
    """What each side says, then the other facts; where a side stands is the desk's to tell."""
    facts: dict[str, Any] = {name: one.facts[name] for name in _TELLING if name in one.facts}
    facts |= {name: value for name, value in sorted(one.facts.items()) if name not in facts}
    return "; ".join(told.pair(name, value, one.column) for name, value in facts.items() if name != REFS)


def screen_table(result: Reconciliation, locale: str) -> tuple[list[dict[str, str]], str]:
    """What is open, the most urgent first: rows under their headings, as a table in Prefect takes them, and a line
    about them. At most `MOST_ROWS`.
    """
    told = speech(locale, result.unit_names, result.reasons)
    lines = result.open
    rows = [cells(one, told) for one in lines[:MOST_ROWS]]
    which = "card.table" if len(lines) <= MOST_ROWS else "card.table_more"
    description = told.say(which, n=told.number(len(lines)), shown=MOST_ROWS)
    return [{told.word("table", name): row[name] for name in ON_SCREEN} for row in rows], description


def _place(one: DifferenceLine) -> tuple[tuple[str, str], ...]:
    return ("book", one.book), ("page", one.page), ("line", one.line)
