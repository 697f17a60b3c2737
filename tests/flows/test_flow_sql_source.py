"""A reporting view synced end to end: its rows stand in the warehouse, and only what changed moves afterwards."""

from datetime import timedelta

import pytest

from tests.flows.village import MONDAY, SOURCE, Village
from tests.reporting_view import CONFIG as SQL
from tests.reporting_view import Office

pytestmark = pytest.mark.slow


def test_a_reporting_view_is_synced_and_synced_again(run, empty_village: Village) -> None:
    office = Office("sqlite", f"sqlite:///{empty_village.folder / 'mot-cua.sqlite3'}").add(1, 2, 3, don_vi="A")
    files = "".join(SOURCE.format(name=n, dataset=d) for n, d in (("don-vi", "units"), ("danh-ba", "contacts")))
    empty_village.configure(sources=files + SQL)
    before = office.rows()
    assert _line(run(empty_village, "sync"))["new"] == 3
    assert empty_village.codes() == ["00001", "00002", "00003"]
    assert office.rows() == before
    office.run("UPDATE ho_so SET trang_thai = 9, cap_nhat = '2026-11-23 07:40:00' WHERE id = 2")
    line = _line(run(empty_village, "sync", MONDAY + timedelta(minutes=30)))
    assert (line["new"], line["changed"], line["error"]) == (0, 1, None)


def _line(report: dict) -> dict:
    return next(line for line in report["sources"] if line["name"] == "bao-cao")
