"""What differs, in one sentence for the column "Nội dung": the same in table, workbook and on the desk.

Where a kind of difference has no sentence of its own, each side is told, then the other facts by their names. Where a
side stands (file, line, version) is the desk's to tell.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol

from tasks.reports.reconciliation_speech import Speech
from tasks.rules.difference_life import REFS

_TELLING: Final = ("kind", "source", "warehouse", "register", "transfer_register")  # what each side says comes first
_SIDES: Final = frozenset({"source", "warehouse", "register", "transfer_register"})
_OF_COLUMN: Final = _SIDES | {"cell"}  # facts that mean nothing without their column
_MOST: Final = 10  # procedures named


class Told(Protocol):
    """What is told of a difference: a line of a result, or of the desk."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def unit_code(self) -> str: ...  # noqa: D102
    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def column(self) -> str: ...  # noqa: D102
    @property
    def facts(self) -> Mapping[str, Any]: ...  # noqa: D102


def what(one: Told, told: Speech) -> str:
    """What differs, in words."""
    facts = {name: value for name, value in one.facts.items() if name != REFS}
    teller = _TELLERS.get(one.kind)
    sentence = teller(one, facts, told) if teller else ""
    return sentence or _sides(one, facts, told)


def _sides(one: Told, facts: Mapping[str, Any], told: Speech) -> str:
    reasons = facts.get("reasons")
    shown = {name: facts[name] for name in _TELLING if name in facts}
    shown |= {name: value for name, value in sorted(facts.items()) if name not in shown and name != "reasons"}
    parts = [told.pair(name, value, one.column) for name, value in shown.items()]
    if reasons:
        parts.append(told.say("what.quarantined", why=told.reasons_of(reasons)))
    said = "; ".join(parts)
    return f"{told.column(one.column)} – {said}" if one.column and _OF_COLUMN & shown.keys() else said


def _number(_: Told, facts: Mapping[str, Any], told: Speech) -> str:
    kind, page = facts.get("kind"), facts.get("what") == "page"
    if kind == "repeat" and "number" in facts:
        return told.say("what.repeat", number=facts["number"], n=told.number(int(facts.get("count", 2))))
    if kind != "gap" or "from" not in facts:
        return ""
    first, last = facts["from"], facts.get("to", facts["from"])
    key = "what.gap_page" if page else "what.gap"
    n = told.number(int(facts.get("count", 0)))
    said = told.say(key, number=first) if first == last else told.say(f"{key}s", first=first, last=last, n=n)
    beside = [
        told.say(f"what.{where}", line=_place(facts[f"{where}_line"], told))
        for where in ("after", "before")
        if f"{where}_line" in facts
    ]
    return f"{said} ({', '.join(beside)})" if beside else said


def _place(line: Mapping[str, Any], told: Speech) -> str:
    key = "what.place_page" if line.get("page") else "what.place"
    return told.say(key, line=line.get("line", ""), page=line.get("page", ""))


def _unlisted(one: Told, facts: Mapping[str, Any], told: Speech) -> str:
    where = "posted" if facts.get("where") == "posted" else "received"
    return "; ".join([told.say(f"what.unknown_{where}", code=one.code), *_evidence(facts, told)])


def _out_of_force(one: Told, facts: Mapping[str, Any], told: Speech) -> str:
    """A procedure by code and name, why and since when it is out of force, what stands in its place, and the proof."""
    if "status" not in facts:
        return ""
    parts = [told.say("what.procedure", name=told.procedure(one.code), status=told.word("value", facts["status"]))]
    if facts.get("since"):
        parts[0] += f" {told.say('what.since', day=told.value(facts['since']))}"
    if facts.get("replaced_by"):
        parts.append(told.say("what.replaced_by", name=told.procedure(str(facts["replaced_by"]))))
    return "; ".join([*parts, *_evidence(facts, told)])


def _evidence(facts: Mapping[str, Any], told: Speech) -> list[str]:
    parts = []
    if facts.get("where") == "posted" and facts.get("seen_on"):
        parts.append(told.say("what.posted", day=told.value(facts["seen_on"])))
    elif facts.get("count"):
        last = told.value(facts.get("last_received"))
        parts.append(told.say("what.received", n=told.number(int(facts["count"])), last=last))
    if dossiers := facts.get("dossiers"):
        parts.append(told.say("what.dossiers", codes=told.value(dossiers)))
    return parts


def _never(one: Told, facts: Mapping[str, Any], told: Speech) -> str:
    """How many procedures of the field, since when the unit is there, and what paper says against it."""
    procedures: Sequence[Any] = facts.get("procedures", ())
    n = int(facts.get("procedure_count", len(procedures)))
    parts = [told.say("what.never", field=facts.get("field") or one.code, n=told.number(n))]
    since: date | None = told.since.get(one.unit_code)
    if since:
        parts.append(told.say("what.unit_since", day=told.day(since)))
    lines = int(facts.get("paper_lines") or 0)
    parts.append(told.say("what.on_paper", n=told.number(lines)) if lines else told.say("what.not_on_paper"))
    named = "; ".join(told.procedure(str(code)) for code in procedures[:_MOST])
    more = n - len(procedures[:_MOST])
    if named:
        parts.append(told.say("what.procedures", names=named) + (f" … (+{told.number(more)})" if more > 0 else ""))
    return "; ".join(parts)


_TELLERS: Final[Mapping[str, Callable[[Told, Mapping[str, Any], Speech], str]]] = {
    "numbering_gap": _number,
    "posted_repealed": _out_of_force,
    "repealed_procedure": _out_of_force,
    "unknown_procedure": _unlisted,
    "field_never_received": _never,
}
