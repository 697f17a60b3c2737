"""The two plots of a report as numbers for a template: bars made of segments, each with its place, size and label.

No script and no picture file: the template writes SVG. Segments differ by hatching, not by colour, and every bar has
its numbers in words beside it, so that a photocopy and a reader that speaks say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tasks.reports.period_speech import Speech
from tasks.rules.report_model import JUDGED, OPEN, Figure, Report

WIDTH, LABELS, NUMBERS, ROW = 720, 210, 90, 30  # of the drawing, its left and right margins; height of a row
_ROOM = WIDTH - LABELS - NUMBERS
_MOST_FIELDS = 14
_FILLS = {
    Figure.EARLY: "light",
    Figure.ON_TIME: "hatched",
    Figure.LATE: "solid",
    Figure.NOT_DUE: "light",
    Figure.DUE_SOON: "light",
    Figure.TIER_1: "hatched",
    Figure.TIER_2: "hatched",
    Figure.TIER_3: "solid",
    Figure.PAUSED: "light",
    Figure.UNCLEAR: "light",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: (x, width, fill) of its segments in the drawing's units."""

    label: str
    y: int
    segments: tuple[tuple[float, float, str], ...]
    end: float  # where the last one ends
    numbers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One drawing; `text` says in words what it shows."""

    name: str
    title: str
    text: str
    height: int
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]  # fill, label


def plots_of(report: Report, told: Speech) -> tuple[Plot, ...]:
    """Finished by field, and open by how it stands."""
    return _finished(report, told), _open(report, told)


def _finished(report: Report, told: Speech) -> Plot:
    rows = [(one.name or told.say("word.no_field"), [one.sum(f) for f in JUDGED]) for one in report.fields]
    rows = [(name, counts) for name, counts in rows if sum(counts)]
    if len(rows) > _MOST_FIELDS:
        rest = rows[_MOST_FIELDS - 1 :]
        others = [sum(counts[place] for _, counts in rest) for place in range(len(JUDGED))]
        rows = [*rows[: _MOST_FIELDS - 1], (told.say("plot.others", n=len(rest)), others)]
    labels = [told.say(f"heads.{figure}") for figure in JUDGED]
    texts = [
        told.say("plot.row", name=name, values=", ".join(map(partial(_value, told), labels, counts)))
        for name, counts in rows
    ]
    fills = [_FILLS[figure] for figure in JUDGED]
    legend = tuple(zip(fills, labels, strict=True))
    return _plot("finished", told, [(name, counts, fills) for name, counts in rows], texts, legend)


def _open(report: Report, told: Speech) -> Plot:
    rows = [(told.say(f"heads.{figure}"), [report.total.sum(figure)], [_FILLS[figure]]) for figure in OPEN]
    texts = [told.say("plot.row", name=name, values=told.number(counts[0])) for name, counts, _ in rows]
    return _plot("open", told, rows, texts, ())


def _value(told: Speech, label: str, n: int) -> str:
    return told.say("plot.value", label=label.lower(), n=told.number(n))


def _plot(
    name: str,
    told: Speech,
    rows: Sequence[tuple[str, list[int], list[str]]],
    texts: Sequence[str],
    legend: tuple[tuple[str, str], ...],
) -> Plot:
    most = max((sum(counts) for _, counts, _ in rows), default=0) or 1
    bars = []
    for place, (label, counts, fills) in enumerate(rows):
        x, segments = float(LABELS), []
        for count, fill in zip(counts, fills, strict=True):
            wide = round(_ROOM * count / most, 1)
            if count:
                segments.append((round(x, 1), wide, fill))
            x += wide
        numbers = " · ".join(told.number(count) for count in counts)
        bars.append(Bar(label=_short(label), y=place * ROW, segments=tuple(segments), end=round(x, 1), numbers=numbers))
    title, text = told.say(f"plot.{name}"), " ".join(texts) or told.say("table.nothing")
    return Plot(name=name, title=title, text=text, height=ROW * len(rows), bars=tuple(bars), legend=legend)


def _short(label: str) -> str:
    """Room for some thirty letters beside the bars."""
    return label if len(label) <= 30 else label[:29].rstrip() + "…"
