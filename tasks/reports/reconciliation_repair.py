"""The preview of a repair in words: how much would be pulled again, what it would change, and what it cannot mend.

Counts are the plan's (`tasks/rules/repairs`); what would change is read from the open differences of the result.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from tasks.reports.reconciliation_model import DifferenceLine, Reconciliation
from tasks.reports.reconciliation_speech import Speech

MOST_LISTED: Final = 200  # dossiers of a preview that are told one by one

Row = tuple[str, ...]


def repair_part(result: Reconciliation, told: Speech) -> tuple[list[str], list[Row], list[Row], int]:
    """Sentences, counts by source, dossiers one by one, and how many of these are not listed."""
    plan = result.preview or {}
    size, limit, names = int(plan["dossiers"]), int(plan["limit"]), ", ".join(result.unseen)
    sentences = [repair_sentence(size, limit, names, result.run_id, told)]
    if size and names:
        sentences.append(told.say("preview.partly", names=names))
    if plan["left"]:
        left = ", ".join(told.say(f"preview.left_{why}", n=told.number(n)) for why, n in plan["left"].items())
        sentences.append(told.say("preview.left", told=left))
    counts: list[Row] = [
        (name, told.number(n["new"]), told.number(n["changed"])) for name, n in plan["sources"].items()
    ]
    listed = pulled(result)
    return sentences, counts, [_row(one, told) for one in listed], max(0, size - len(listed)) if listed else 0


def repair_sentence(size: int, limit: int, unseen: str, run_id: str, told: Speech) -> str:
    """What a repair would do; where nobody could look, that."""
    which = "unseen" if unseen and not size else "nothing" if not size else "too_many" if size > limit else "size"
    return told.say(f"preview.{which}", n=told.number(size), limit=told.number(limit), run_id=run_id, names=unseen)


def pulled(result: Reconciliation) -> list[dict[str, Any]]:
    """What would be pulled, dossier by dossier, at most `MOST_LISTED`, as plain values:
    {code, unit_code, source, new, changes: [{column, here, there}]}.
    """
    if result.preview is None:
        return []
    grouped = groupby(result.to_pull, key=lambda one: (one.source, one.code, one.key))
    return [_plain(list(lines)) for _, (_, lines) in zip(range(MOST_LISTED), grouped, strict=False)]


def _plain(lines: Sequence[DifferenceLine]) -> dict[str, Any]:
    first = lines[0]
    changes = [
        {"column": one.column, "here": one.facts.get("warehouse"), "there": one.facts.get("source")}
        for one in lines
        if one.column
    ]
    return {
        "code": first.code or first.key,
        "unit_code": first.unit_code,
        "source": first.source,
        "new": not changes,
        "changes": changes,
    }


def _row(one: dict[str, Any], told: Speech) -> Row:
    return one["code"], told.unit(one["unit_code"]), one["source"], changes_text(one, told)


def changes_text(one: dict[str, Any], told: Speech) -> str:
    """What differs, column by column: here → there."""
    changes = [
        told.say(
            "preview.change",
            column=told.column(change["column"]),
            here=told.value(change["here"], change["column"]),
            there=told.value(change["there"], change["column"]),
        )
        for change in one["changes"]
    ]
    return "; ".join(changes) or told.say("preview.new")
