"""Early, on time and late beside each other: the source's own figures, the same recomputed, and ours by law.

Rows of `Comparison.parity` in (their shape stands in `tasks/rules/punctuality_tally`), headings and cells out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tasks.reports.reconciliation_speech import Speech
from tasks.reports.workbook import Cell

Row = Mapping[str, Any]
_GAP_COLUMNS = ("code", "finished", "appointment", "due", "by_source", "by_law", "reason")


def parity_table(parity: Sequence[Row], told: Speech) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings and one row for each unit and period; three figures stand together: early / on time / late."""
    return told.heads("parity"), [_row(row, told) for row in parity]


def parity_sheet(parity: Sequence[Row], told: Speech) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """The same for a workbook: every figure in a column of its own, as a number."""
    return told.heads("parity_sheet"), [_figures(row, told) for row in parity]


def gap_table(parity: Sequence[Row], told: Speech) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """Headings and one row for each dossier that two of the three ways judge differently; days are days."""
    return told.heads("gaps"), list(_gaps(parity, told))


def _figures(row: Row, told: Speech) -> tuple[Cell, ...]:
    three = ("early", "on_time", "late")
    groups = [[(row[way] or {}).get(name, "") for name in three] for way in ("told", "recomputed", "by_law")]
    unknown = (row["by_law"] or {}).get("unknown", 0)
    unexplained = "" if row["unexplained"] is None else row["unexplained"]
    why = [_why(row, told), *([_unexplained(row, told)] if row["same_by_day"] or row["told_unresolved"] else [])]
    counts = (*groups[0], *groups[1], *groups[2], unknown, unexplained, row["gap_count"])
    return _whose(row, told), *_days(row), *counts, "; ".join(filter(None, why))


def _whose(row: Row, told: Speech) -> str:
    return told.unit(row["unit_code"]) if row["unit_code"] else told.say("parity.whole", source=row["source"])


def _why(row: Row, told: Speech) -> str:
    return ", ".join(f"{told.word('gap', name)} {told.number(n)}" for name, n in row["reasons"].items())


def _days(row: Row) -> tuple[date, date]:
    return date.fromisoformat(row["period_from"]), date.fromisoformat(row["period_to"])


def _row(row: Row, told: Speech) -> tuple[str, ...]:
    reasons = _why(row, told)
    return (
        _whose(row, told),
        _period(row, told),
        _three(row["told"], told),
        _three(row["recomputed"], told),
        _three(row["by_law"], told),
        _unexplained(row, told),
        f"{told.number(row['gap_count'])}: {reasons}" if reasons else told.number(row["gap_count"]),
    )


def _period(row: Row, told: Speech) -> str:
    first, last = _days(row)
    return f"{told.day(first)}–{told.day(last)}"


def _three(counts: Mapping[str, int] | None, told: Speech) -> str:
    if counts is None:
        return told.say("parity.not_told")
    figures = " / ".join(told.number(counts[name]) for name in ("early", "on_time", "late"))
    unknown = counts.get("unknown", 0)
    return f"{figures} {told.say('parity.unknown', n=told.number(unknown))}" if unknown else figures


def _unexplained(row: Row, told: Speech) -> str:
    n = row["unexplained"]
    if n is None:
        return told.say("parity.not_told")
    parts = [told.number(n)]
    if row["same_by_day"]:
        parts.append(told.say("parity.same_by_day"))
    if row["told_unresolved"]:
        parts.append(told.say("parity.unresolved", n=told.number(row["told_unresolved"])))
    return "; ".join(parts)


def _gaps(parity: Sequence[Row], told: Speech) -> Iterator[tuple[Cell, ...]]:
    for row in parity:
        unit = _whose(row, told)
        for gap in row["gaps"]:
            yield (unit, *_days(row), *(_cell(name, gap[name], told) for name in _GAP_COLUMNS))
        if (hidden := row["gap_count"] - len(row["gaps"])) > 0:
            yield (unit, *_days(row), told.say("card.more", n=told.number(hidden)), *("",) * 6)


def _cell(name: str, text: str, told: Speech) -> Cell:
    if name in ("finished", "appointment", "due"):
        return date.fromisoformat(text) if text else ""
    if name == "reason":
        return told.word("gap", text)
    return told.word("verdict", text) if name in ("by_source", "by_law") else text
