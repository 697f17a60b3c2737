"""The software's own figures: which rows and counts of an answer are kept."""

import json
from datetime import date, datetime

import pytest

from tasks.rules.timezone import HANOI
from tasks.sources.base import SourceFault
from tasks.sources.opencps_statistics import figures_of, months

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def kept(answer: object) -> dict[tuple[str, str], dict[str, int]]:
    told = figures_of("one-stop", json.dumps(answer).encode(), *OCTOBER)
    return {(one.agency, one.field): dict(one.counts) for one in told}


@pytest.mark.parametrize(
    ("as_of", "asked"),
    [
        ((2026, 11, 23), [(date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 11, 1), date(2026, 11, 30))]),
        ((2027, 1, 1), [(date(2026, 12, 1), date(2026, 12, 31)), (date(2027, 1, 1), date(2027, 1, 31))]),
        ((2028, 3, 31), [(date(2028, 2, 1), date(2028, 2, 29)), (date(2028, 3, 1), date(2028, 3, 31))]),
    ],
)
def test_this_month_and_the_one_before(as_of: tuple[int, int, int], asked: list[tuple[date, date]]) -> None:
    assert months(datetime(*as_of, 7, 30, tzinfo=HANOI)) == asked


def test_counts_are_kept_and_nothing_else() -> None:
    row = {
        "govAgencyCode": "SNNMT",
        "domainCode": "DD",
        "totalCount": 12,
        "releaseCount": "9",
        "ontimePercentage": 98,
        "overtimeInside": 1,
        "reporting": 1,
        "userName": "PERSONAL",
        "oddCount": "nine",
        "month": 10,
    }
    counts = {"totalCount": 12, "releaseCount": 9, "ontimePercentage": 98, "overtimeInside": 1}
    assert kept({"data": [row]}) == {("SNNMT", "DD"): counts}


def test_one_row_as_an_object_none_at_all_and_totals_of_the_year() -> None:
    assert kept({"total": 1, "data": {"totalCount": 3}}) == {("", ""): {"totalCount": 3}}
    assert kept({}) == {}
    assert kept({"data": ""}) == {}
    rows = [{"month": 0, "totalCount": 100}, {"month": 10, "totalCount": 8}, {"month": "10", "totalCount": 9}]
    assert kept({"data": rows}) == {("", ""): {"totalCount": 8}}


@pytest.mark.parametrize("answer", [[], 3, {"data": [3]}, {"data": 7}])
def test_another_shape_is_refused(answer: object) -> None:
    with pytest.raises(SourceFault) as fault:
        kept(answer)
    assert fault.value.code == "bad_shape"
