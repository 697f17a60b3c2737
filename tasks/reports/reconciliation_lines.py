"""A difference as one row of a table, the same on the screen and in the workbook: people compare the two.

Words come from `reconciliation_speech`; which rows stand where is decided in `reconciliation` and its sheets.
"""

from tasks.reports.reconciliation_model import DifferenceLine, Reconciliation
from tasks.reports.reconciliation_speech import Speech, speech
from tasks.reports.reconciliation_what import what
from tasks.reports.workbook import Cell
from tasks.rules.difference_model import received_on
from tasks.rules.register_numbers import is_gap
from tasks.rules.timezone import HANOI

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
ON_SCREEN = ("id", "kind", "unit", "code", "what", "cause", "place", "news", "age", "owner")


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
        "day": told.day(received_on(one.kind, one.column, one.facts, one.day)),
        "what": what(one, told),
        "cause": told.word("cause", one.cause) if one.cause else "",
        "news": told.word("news", one.news) if one.news else "",
        "state": told.word("state", one.state),
        "since": told.moment(one.first_seen_at),
        "age": "" if one.age is None else str(one.age),
        "explanation": one.explanation,
    }


def values(one: DifferenceLine, told: Speech) -> dict[str, Cell]:
    """The same for a workbook: what is a number, a day or a moment is one there."""
    since = one.first_seen_at
    own: dict[str, Cell] = {
        "day": received_on(one.kind, one.column, one.facts, one.day) or "",
        "since": since.astimezone(HANOI).replace(tzinfo=None) if since else "",
        "age": "" if one.age is None else one.age,
    }
    return cells(one, told) | own


def told_of(result: Reconciliation, locale: str) -> Speech:
    """The words for this result."""
    return speech(locale, result.unit_names, result.reasons, result.procedures, result.unit_since)


def screen_table(result: Reconciliation, locale: str) -> tuple[list[dict[str, str]], str]:
    """What is open, the most urgent first: rows under their headings, as a table in Prefect takes them, and a line
    about them. At most `MOST_ROWS`.
    """
    told = told_of(result, locale)
    lines = result.open
    rows = [cells(one, told) for one in lines[:MOST_ROWS]]
    which = "card.table" if len(lines) <= MOST_ROWS else "card.table_more"
    description = told.say(which, n=told.number(len(lines)), shown=MOST_ROWS)
    return [{told.word("table", name): row[name] for name in ON_SCREEN} for row in rows], description


def _place(one: DifferenceLine) -> tuple[tuple[str, str], ...]:
    """Where it stands on paper; a missing number stands nowhere, but between the lines beside it."""
    if not is_gap(one.kind, one.facts):
        return ("book", one.book), ("page", one.page), ("line", one.line)
    beside = [(name, one.facts[name]) for name in ("after_line", "before_line") if name in one.facts]
    pages = tuple(("page", line["page"]) for _, line in beside[:1])
    return ("book", one.book), *pages, *((name, line["line"]) for name, line in beside)
