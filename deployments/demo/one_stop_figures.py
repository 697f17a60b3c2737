"""What the embedded one-stop server counts itself, month by month and agency by agency, as OpenCPS words it.

Pure: rows and query parameters in, rows of figures out. A handful of counts: enough to compare with, no rule of ours.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from deployments.demo.wire import Row

Body = Mapping[str, Any]


def figures(rows: Sequence[Row], params: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row for all agencies (empty code) and one for each, for the asked month."""
    year, month = int(params.get("year") or 0), int(params.get("month") or 0)
    bodies = [row.body for row in rows if _moment(row.body["receiveDate"]) is not None]
    agencies = sorted({body["govAgencyCode"] for body in bodies})
    told = [_counted("", bodies, year, month)]
    told += [_counted(code, [b for b in bodies if b["govAgencyCode"] == code], year, month) for code in agencies]
    return [{**row, "year": year, "month": month, "domainCode": ""} for row in told]


def _counted(agency: str, bodies: Iterable[Body], year: int, month: int) -> dict[str, Any]:
    def within(field: str) -> Callable[[Body], bool]:
        return lambda body: (
            (moment := _moment(body[field])) is not None and (moment.year, moment.month) == (year, month)
        )

    mine = list(bodies)
    released = [body for body in mine if body["releaseDate"]]
    this_month = list(filter(within("releaseDate"), released))
    judged = Counter(_judged(body) for body in this_month)
    return {
        "govAgencyCode": agency,
        "totalCount": len(mine),
        "receivedCount": len(list(filter(within("receiveDate"), mine))),
        "releaseCount": len(this_month),
        **{name: judged[name] for name in ("betimesCount", "ontimeCount", "overtimeCount")},
        "processingCount": len(mine) - len(released),
    }


def _judged(body: Body) -> str:
    """As the software judges: a day before is early, until the due instant on time, without a date on time too."""
    released, due = _moment(body["releaseDate"]), _moment(body["dueDate"])
    if released is None or due is None or (due.date() == released.date() and released <= due):
        return "ontimeCount"
    return "betimesCount" if released.date() < due.date() else "overtimeCount"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007 (a moment as written)
    except ValueError:
        return None
