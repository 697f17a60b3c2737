"""Which records an OpenCPS list call answers with: its filters and its paging, as faithfully as the story needs.

Pure: rows and query parameters in, rows out. Unknown parameters and unreadable dates are ignored without a word,
as the real server does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from deployments.demo.wire import Row

DEFAULT_PAGE = 10
_RANGES = {
    "ReceiveDate": "receiveDate",
    "SubmitDate": "submitDate",
    "DueDate": "dueDate",
    "ReleaseDate": "releaseDate",
    "FinishDate": "finishDate",
}


def select(rows: Sequence[Row], params: Mapping[str, str]) -> list[Row]:
    """All rows the filters leave, in the order of receipt of the story."""
    return [row for row in rows if _wanted(row, params)]


def page(rows: Sequence[Row], params: Mapping[str, str]) -> list[Row]:
    """`start` and `end` (exclusive); without an `end` ten rows, with -1 for both everything."""
    start, end = _whole(params.get("start")), _whole(params.get("end"))
    if start == -1 and end == -1:
        return list(rows)
    if end <= 0:
        return list(rows[:DEFAULT_PAGE])
    return list(rows[max(start, 0) : end])


def _wanted(row: Row, params: Mapping[str, str]) -> bool:
    body = row.body
    return (
        _one_of(params.get("status"), body["dossierStatus"])
        and _one_of(params.get("systemId", "0"), str(body["systemId"]))
        and _agency(params.get("agency"), body["govAgencyCode"])
        and body["dossierNo"].startswith(params.get("dossierNo", ""))
        and _received_not_done(row, params)
        and all(_in_range(body[field], params, name) for name, field in _RANGES.items())
        and _in_period(body["receiveDate"], params)
    )


def _one_of(wanted: str | None, value: str) -> bool:
    return not wanted or value in wanted.split(",")


def _agency(wanted: str | None, value: str) -> bool:
    return wanted == "all" or _one_of(wanted, value)


def _received_not_done(row: Row, params: Mapping[str, str]) -> bool:
    if not (params.get("fromReceiveNotDoneDate") or params.get("toReceiveNotDoneDate")):
        return True
    if row.swept:
        return True
    return not row.body["releaseDate"] and _in_range(row.body["receiveDate"], params, "ReceiveNotDoneDate")


def _in_range(text: str, params: Mapping[str, str], name: str) -> bool:
    """Inclusive days; a bound that cannot be read is as good as absent."""
    first, last = _day(params.get(f"from{name}", "")), _day(params.get(f"to{name}", ""))
    if first is None and last is None:
        return True
    day = _day(text[:10])
    return day is not None and (first or date.min) <= day <= (last or date.max)


def _in_period(text: str, params: Mapping[str, str]) -> bool:
    year, month = params.get("year"), params.get("month")
    if not (year or month):
        return True
    day = _day(text[:10])
    return day is not None and year in (None, "", str(day.year)) and month in (None, "", str(day.month))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 (a day as written, no instant)
    except ValueError:
        return None


def _whole(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0
