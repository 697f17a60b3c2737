"""Early, on time and late beside each other: the source's own figures, the same recomputed, and ours by law.

Rows of `Comparison.parity` in (their shape stands in `tasks/rules/punctuality_tally`), headings and cells out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tasks.reports.reconciliation_speech import Speech

Row = Mapping[str, Any]
_GAP_COLUMNS = ("code", "finished", "appointment", "due", "by_source", "by_law", "reason")


def parity_table(parity: Sequence[Row], told: Speech) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings and one row for each unit and period; three figures stand together: early / on time / late."""
    return told.heads("parity"), [_row(row, told) for row in parity]


def gap_table(parity: Sequence[Row], told: Speech) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings and one row for each dossier that two of the three ways judge differently."""
    return told.heads("gaps"), list(_gaps(parity, told))


def _row(row: Row, told: Speech) -> tuple[str, ...]:
    whole = told.say("parity.whole", source=row["source"])
    reasons = ", ".join(f"{told.word('gap', name)} {told.number(n)}" for name, n in row["reasons"].items())
    return (
        told.unit(row["unit_code"]) if row["unit_code"] else whole,
        _period(row, told),
        _three(row["told"], told),
        _three(row["recomputed"], told),
        _three(row["by_law"], told),
        _unexplained(row, told),
        f"{told.number(row['gap_count'])}: {reasons}" if reasons else told.number(row["gap_count"]),
    )


def _period(row: Row, told: Speech) -> str:
    first, last = date.fromisoformat(row["period_from"]), date.fromisoformat(row["period_to"])
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


def _gaps(parity: Sequence[Row], told: Speech) -> Iterator[tuple[str, ...]]:
    for row in parity:
        unit = told.unit(row["unit_code"]) if row["unit_code"] else told.say("parity.whole", source=row["source"])
        for gap in row["gaps"]:
            yield (unit, _period(row, told), *(_cell(name, gap[name], told) for name in _GAP_COLUMNS))
        if (hidden := row["gap_count"] - len(row["gaps"])) > 0:
            yield (unit, _period(row, told), told.say("card.more", n=told.number(hidden)), *("",) * 6)


def _cell(name: str, text: str, told: Speech) -> str:
    if name in ("finished", "appointment", "due"):
        return told.day(date.fromisoformat(text)) if text else ""
    if name == "reason":
        return told.word("gap", text)
    return told.word("verdict", text) if name in ("by_source", "by_law") else text
