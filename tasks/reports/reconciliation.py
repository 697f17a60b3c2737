"""The result of a reconciliation as markdown, the way an admin reads it: the answer, what to do, then the grounds.

Pure. Single differences stand in the table beside it and in the workbooks; here are counts, sides, rates and rules.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tasks.reports.marks import safe, table
from tasks.reports.reconciliation_lines import told_of
from tasks.reports.reconciliation_model import NEW, RETURNED, Answer, DifferenceLine, Reconciliation, SideLine
from tasks.reports.reconciliation_parity import parity_table
from tasks.reports.reconciliation_repair import repair_part
from tasks.reports.reconciliation_speech import Speech

_CELLS = ("SWR", "SW", "SR", "WR", "S", "W", "R")
_MOST_UNITS = 60
_MOST_NOTICES = 60
_MOST_PARITY = 60
_NAMED = 10  # ids in a sentence

Row = Sequence[str]


def markdown(result: Reconciliation, locale: str = "vi") -> str:
    """The card of a reconciliation."""
    told = told_of(result, locale)
    sections: tuple[tuple[str, Callable[[Reconciliation, Speech], str]], ...] = (
        ("next", _next),
        ("asked", _asked),
        ("sides", _sides),
        ("presence", _presence),
        ("classes", _classes),
        ("units", _units),
        ("rates", _rates),
        ("parity", _parity),
        ("repair", _repair),
        ("notices", _notices),
        ("rules", _rules),
        ("files", _files),
    )
    parts = [f"# {told.say('card.title', day=told.day(result.as_of.date()))}", *_answer(result, told)]
    for name, section in sections:
        if body := section(result, told):
            parts.append(f"## {told.say(f'section.{name}')}\n\n{body}")
    return "\n\n".join(parts) + "\n"


def _answer(result: Reconciliation, told: Speech) -> list[str]:
    numbers = {name: told.number(int(result.counts.get(name, 0))) for name in ("open", NEW, RETURNED, "fixed")}
    names, answer = safe(", ".join(result.unseen)), result.answer
    lines = [told.say(f"card.{answer}", names=names, **numbers)]
    if answer is Answer.UNSEEN and result.counts.get("open"):
        lines.append(told.say("card.differ", **numbers))
    if result.dry_run:
        lines.append(told.say("card.day_dry" if result.other_day else "card.dry", as_of=told.moment(result.as_of)))
    if result.unseen and answer is Answer.DIFFER:
        lines.append(told.say("card.unsure", names=names))
    if result.depth == "counts":
        lines += _counted(result, told)
    return lines


def _counted(result: Reconciliation, told: Speech) -> list[str]:
    """What was really done for a quick look: a source that cannot count was read whole."""
    judged = [side for side in result.sides if side.kind == "source" and side.judged]
    whole = ", ".join(side.name for side in judged if not side.segments)
    lines = [told.say("card.counted")] if any(side.segments for side in judged) else []
    return lines + ([told.say("card.counted_whole", names=safe(whole))] if whole else [])


def _next(result: Reconciliation, told: Speech) -> str:
    lines = []
    if back := [one.id for one in result.open if one.news == RETURNED]:
        lines.append(told.say("next.returned", n=told.number(len(back)), ids=", ".join(back[:_NAMED])))
    for kind, n in Counter(one.kind for one in result.open).most_common():
        todo = told.word("todo", kind)
        lines.append(told.say("next.class", kind=told.word("kind", kind), n=told.number(n), todo=todo))
    lines.append(told.say("next.explain") if lines else told.say("next.nothing"))
    return "\n".join(f"- {line}" for line in lines)


def _asked(result: Reconciliation, told: Speech) -> str:
    scope = result.scope
    period = [told.say("card.since", day=told.day(scope.period_from))] if scope.period_from else []
    period += [told.say("card.until", day=told.day(scope.period_to))] if scope.period_to else []
    said = {
        "by": safe(result.asked_by) or told.say("card.not_said"),
        "why": safe(result.reason) or told.say("card.not_said"),
        "period": " ".join(period) or told.say("card.all"),
        "units": ", ".join(safe(told.unit(code)) for code in sorted(scope.units)) or told.say("card.all"),
        "sources": ", ".join(safe(name) for name in sorted(scope.sources)) or told.say("card.all"),
        "depth": told.word("depth", result.depth),
        "as_of": told.moment(result.as_of),
        "run": safe(result.run_id),
    }
    return table(told.heads("asked"), [(told.say(f"asked.{name}"), text) for name, text in said.items()])


def _sides(result: Reconciliation, told: Speech) -> str:
    rows = [
        (told.word("side", side.kind), safe(side.name), told.as_of(side.moment) or "–", _looked(side, told))
        for side in result.sides
    ]
    return table(told.heads("sides"), rows) if rows else told.say("card.none")


def _looked(side: SideLine, told: Speech) -> str:
    if not side.judged:
        return f"**{told.say('card.not_judged')}**"
    parts = [] if side.read is None else [told.say("card.read_rows", n=told.number(side.read))]
    if side.segments:
        parts.append(told.say("card.read_parts", read=told.number(side.segments_read or 0), all=side.segments))
    elif side.kind == "source":
        parts.append(told.say("card.read_whole"))
    if side.requests:
        parts.append(told.say("card.requests", n=told.number(side.requests)))
    if side.moving:
        parts.append(told.say("card.moving", n=told.number(side.moving)))
    return "; ".join(parts)


def _presence(result: Reconciliation, told: Speech) -> str:
    on_paper = any(side.kind == "register" for side in result.sides)
    unseen, not_seen = bool(result.unseen), told.say("card.not_seen")
    rows = []
    for cell in _CELLS if on_paper else ("SW", "S", "W"):
        here = [told.say("card.yes") if side in cell else told.say("card.no") for side in "SWR"]
        here[2] = here[2] if on_paper else told.say("side.not_asked")
        meaning = f"presence.{cell}" if on_paper else f"presence.{cell}_unread"
        if unseen and "S" not in cell:
            here[0], meaning = not_seen, "presence.unseen"
        n = result.presence.get(cell, 0)
        rows.append((*here, not_seen if unseen and not n else told.number(n), told.say(meaning)))
    return table(told.heads("presence"), rows)


def _classes(result: Reconciliation, told: Speech) -> str:
    kinds = {one.kind for one in result.differences}
    rows = [
        (told.word("kind", kind), *_numbers([one for one in result.differences if one.kind == kind], told))
        for kind in told.words["kind"]
        if kind in kinds
    ]
    return table(told.heads("classes"), rows) if rows else told.say("card.none")


def _numbers(lines: Sequence[DifferenceLine], told: Speech) -> tuple[str, ...]:
    news = Counter(one.news for one in lines)
    counted = (sum(one.is_open for one in lines), news[NEW], news[RETURNED], news["fixed"])
    return tuple(told.number(n) for n in counted)


def _units(result: Reconciliation, told: Speech) -> str:
    by_unit: dict[str, list[DifferenceLine]] = {}
    for one in result.differences:
        by_unit.setdefault(one.unit_code or one.owner, []).append(one)
    ranked = sorted(by_unit.items(), key=lambda pair: (-sum(one.is_open for one in pair[1]), pair[0]))
    rows = []
    for unit, lines in ranked[:_MOST_UNITS]:
        open_, new, back, _ = _numbers(lines, told)
        oldest = max((one.age for one in lines if one.is_open and one.age is not None), default=None)
        rows.append((safe(told.owner(unit)), open_, new, back, "–" if oldest is None else told.number(oldest)))
    return _cut(told, "units", rows, len(ranked))


def _rates(result: Reconciliation, told: Speech) -> str:
    rows = []
    for rate in result.rates[:_MOST_UNITS]:
        lines, incomplete = int(rate["lines"]), int(rate["incomplete"])
        columns = ", ".join(f"{told.column(name)} {told.number(n)}" for name, n in sorted(rate["columns"].items()))
        share = f"{100 * incomplete / lines:.0f} %" if lines else "–"
        counted = (told.number(lines), told.number(incomplete), share)
        rows.append((safe(str(rate["book"])), safe(told.unit(str(rate["unit_code"]))), *counted, columns))
    return _cut(told, "rates", rows, len(result.rates)) if rows else ""


def _parity(result: Reconciliation, told: Speech) -> str:
    if not result.parity:
        return ""
    heads, rows = parity_table(result.parity, told)
    shown = table(heads, [tuple(safe(cell) for cell in row) for row in rows[:_MOST_PARITY]])
    hidden = len(rows) - _MOST_PARITY
    return shown if hidden <= 0 else f"{shown}\n\n{told.say('card.more', n=told.number(hidden))}"


def _repair(result: Reconciliation, told: Speech) -> str:
    if result.preview is None:
        return ""
    sentences, counts, pulled, hidden = repair_part(result, told)
    parts = [safe(one) for one in sentences]
    if counts:
        parts.append(table(told.heads("repair"), [tuple(safe(cell) for cell in row) for row in counts]))
    if pulled:
        parts.append(table(told.heads("repair_list"), [tuple(safe(cell) for cell in row) for row in pulled]))
    return "\n\n".join([*parts, *([told.say("preview.more", n=told.number(hidden))] if hidden else [])])


def _notices(result: Reconciliation, told: Speech) -> str:
    lines = [f"- {safe(told.notice(one))}" for one in result.notices[:_MOST_NOTICES]]
    hidden = len(result.notices) - len(lines)
    return "\n".join([*lines, *([f"- {told.say('card.more', n=told.number(hidden))}"] if hidden else [])])


def _rules(result: Reconciliation, told: Speech) -> str:
    rows = [(told.column(column), told.word("how", how)) for column, how in result.rules]
    return table(told.heads("rules"), rows) if rows else ""


def _files(result: Reconciliation, told: Speech) -> str:
    if not result.files:
        return ""
    paths = {unit: Path(path) for unit, path in result.files.items()}
    folder = next(iter(paths.values())).parent
    lines = [told.say("card.where", folder=safe(str(folder)))]
    if "" in paths:
        lines.append(told.say("card.file_all", name=safe(paths[""].name)))
    if by_unit := len(paths.keys() - {""}):
        lines.append(told.say("card.file_count", n=told.number(by_unit)))
    return "\n".join(f"- {line}" for line in lines)


def _cut(told: Speech, heads: str, rows: Sequence[Row], total: int) -> str:
    shown = table(told.heads(heads), rows) if rows else told.say("card.none")
    return shown if total <= len(rows) else f"{shown}\n\n{told.say('card.more', n=told.number(total - len(rows)))}"
