"""The figures that OpenCPS counts itself (`/o/rest/statistics`), month by month, by agency and field.

Kept for comparison only: nothing is decided by them here, and nobody is reminded by them. Counts alone are read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tasks.rules.timezone import HANOI
from tasks.sources.base import SourceFault
from tasks.sources.opencps_pages import parsed

_COUNT: Final = re.compile(r"[a-z][A-Za-z0-9]{0,60}(Count|Percentage|Inside|Outside)", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of one month; `agency` and `field` are the source's codes, "" for all."""

    period_from: date
    period_to: date
    agency: str
    field: str
    counts: Mapping[str, int]


def months(as_of: datetime) -> list[tuple[date, date]]:
    """The month before that of `as_of`, and the month itself, as first and last day."""
    this = as_of.astimezone(HANOI).date().replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    following = (this + timedelta(days=31)).replace(day=1)
    return [(before, this - timedelta(days=1)), (this, following - timedelta(days=1))]


def question(month: date) -> dict[str, str]:
    """All rows of a month."""
    return {"month": str(month.month), "year": str(month.year), "start": "-1", "end": "-1"}


def figures_of(source: str, body: bytes, first: date, last: date) -> list[Figures]:
    """The rows of one answer, the first for each agency and field. Raises SourceFault.

    Rows of another month are left out: with month 0 the server adds totals of the year.
    """
    answer = parsed(source, body)
    data = answer.get("data") if isinstance(answer, dict) else None
    rows = [] if data in (None, "") else data if isinstance(data, list) else [data]
    if not isinstance(answer, dict) or not all(isinstance(row, dict) for row in rows):
        raise SourceFault("bad_shape", {"source": source, "what": "statistics"})
    found: dict[tuple[str, str], Figures] = {}
    for row in rows:
        if str(row.get("month", first.month)) != str(first.month):
            continue
        agency, field = _code(row.get("govAgencyCode")), _code(row.get("domainCode"))
        counts = {name: int(told) for name, told in row.items() if _COUNT.fullmatch(name) and _is_whole(told)}
        made = Figures(period_from=first, period_to=last, agency=agency, field=field, counts=counts)
        found.setdefault((agency, field), made)
    return list(found.values())


def _code(told: object) -> str:
    return told.strip() if isinstance(told, str) else ""


def _is_whole(told: object) -> bool:
    return isinstance(told, str) and _WHOLE.fullmatch(told) is not None
