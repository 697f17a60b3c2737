"""A reconciliation with something of everything: what the tests of its card, table and workbooks change."""

from datetime import date, datetime
from typing import Any

from tasks.reports.reconciliation_model import DifferenceLine, Reconciliation, SideLine
from tasks.rules.difference_model import DifferenceClass, Notice, Scope
from tasks.rules.timezone import HANOI

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
UNIT, OTHER = "31157", "31150"
FORMULAS = ("=1+1", "+84", "-2", "@SUM(A1)", "\t=1+1", "\r=cmd", " =1+1", "＝1+1", "=HYPERLINK(0)")


def line(number: int = 1, kind: str = "field_differs", **more: Any) -> DifferenceLine:
    """An open difference of that number."""
    told: dict[str, Any] = {
        "id": f"D-{number:012x}",
        "kind": kind,
        "unit_code": UNIT,
        "system": "one-stop",
        "key": f"K{number}",
        "code": f"H13.45-261105-{number:04d}",
        "column": "due_at",
        "sides": "source/warehouse",
        "source": "one-stop",
        "day": date(2026, 11, 5),
        "facts": {"warehouse": "2026-11-20", "source": "2026-11-18T17:00+07:00", "refs": {"source": "sha256:ab#1"}},
        "news": "again",
        "first_seen_at": datetime(2026, 11, 16, 7, 30, tzinfo=HANOI),
        "age": 5,
    }
    return DifferenceLine(**(told | more))


ON_PAPER: dict[str, Any] = {
    "sides": "register/source",
    "book": "01/2026",
    "source": "so-theo-doi-20261123.xlsx",
    "owner": UNIT,
    "column": "",
    "key": "",
}
LINES = (
    line(1),
    line(2, "missing_in_warehouse", column="", news="new", age=0, cause="behind", facts={"source": {"status": "4"}}),
    line(3, "missing_in_source", column="", news="returned", returned=1, facts={}),
    line(
        4,
        "not_in_software",
        **ON_PAPER | {"page": "3", "line": "17"},
        facts={"candidates": [{"code": "H13.45-261105-0040", "why": "letters"}]},
    ),
    line(5, "numbering_gap", **ON_PAPER | {"page": "2", "line": "9", "facts": {"kind": "gap", "from": 9, "to": 11}}),
    line(6, "numbering_gap", **ON_PAPER | {"page": "10", "line": "2", "facts": {"kind": "repeat", "number": 2}}),
    line(
        7,
        "repealed_procedure",
        code="1.004194",
        column="procedure_code",
        sides="catalogue/warehouse",
        owner=UNIT,
        facts={"status": "replaced", "replaced_by": "1.012345", "since": "2026-07-01", "count": 3},
    ),
    line(8, "duplicate", unit_code=OTHER, owner=OTHER, state="explained", explanation="hai hồ sơ khác nhau"),
    line(9, news="fixed", state="fixed"),
)
PARITY: dict[str, Any] = {
    "source": "one-stop",
    "unit_code": UNIT,
    "period_from": "2026-10-01",
    "period_to": "2026-10-31",
    "definition": "minute",
    "told": {"early": 10, "on_time": 4, "late": 1},
    "told_at": "2026-11-23T07:30+07:00",
    "told_unresolved": 1,
    "recomputed": {"early": 10, "on_time": 3, "late": 2},
    "recomputed_by_day": {"early": 10, "on_time": 4, "late": 1},
    "by_law": {"early": 12, "on_time": 2, "late": 1, "unknown": 1},
    "unexplained": 1,
    "same_by_day": True,
    "gap_count": 3,
    "reasons": {"pause": 2, "day_off": 1},
    "gaps": [
        {
            "code": "H13.45-261001-0001",
            "finished": "2026-10-21",
            "appointment": "2026-10-20",
            "due": "2026-10-22",
            "by_source": "late",
            "by_law": "early",
            "reason": "pause",
        }
    ],
}
COUNTS = {"found": 7, "new": 1, "returned": 1, "reopened": 0, "fixed": 1, "open": 7, "explained": 1}
RESULT = Reconciliation(
    run_id="reconcile-20261123T073000-abcd",
    as_of=MORNING,
    scope=Scope(period_from=date(2026, 10, 1), units=frozenset({UNIT, OTHER})),
    asked_by="Thanh tra Sở",
    reason="Theo đơn số 5/ĐTC | <b>gấp</b>",
    sides=(
        SideLine(
            kind="source",
            name="one-stop",
            moment=MORNING,
            read=1200,
            requests=14,
            segments=20,
            segments_read=3,
            moving=2,
        ),
        SideLine(kind="warehouse", name="one-stop", moment=MORNING, read=1234),
        SideLine(kind="register", name="so-theo-doi-20261123.xlsx", moment=MORNING),
    ),
    presence={"SWR": 1180, "SW": 40, "S": 2, "W": 1, "R": 3},
    counts=COUNTS,
    differences=LINES,
    notices=(Notice(code="something_new", params={"n": 3}),),
    rates=({"book": "01/2026", "unit_code": UNIT, "lines": 80, "incomplete": 20, "columns": {"due_at": 20}},),
    parity=(PARITY,),
    rules=(("field", "text"), ("due_at", "minute_or_day")),
    unit_names={UNIT: "UBND phường Thới Long"},
    files={"": "/var/lib/dondoc/reconcile/R/doi-soat.xlsx", UNIT: "/var/lib/dondoc/reconcile/R/doi-soat-31157.xlsx"},
)
KINDS = tuple(kind.value for kind in DifferenceClass)
