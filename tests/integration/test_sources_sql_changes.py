"""What changed since: by the source's own time of change, with overlap and sweeps, and no row is ever lost."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tests.reporting_view import AS_OF, Office, Synced, codes, fault

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


@pytest.fixture
def office(new_url: Callable[..., str], database_kind: str) -> Office:
    return Office(database_kind, new_url(database_kind)).add(1, 2, 3, 4)


@pytest.fixture
def synced(office: Office, tmp_path: Path) -> Synced:
    """After the first pull of the day."""
    runs = Synced(office, Landing(tmp_path / "landing"))
    assert codes(runs.pull()) == ["00001", "00002", "00003", "00004"]
    return runs


def test_a_new_and_a_changed_row_are_asked_for(synced: Synced) -> None:
    synced.office.add(5, changed="2024-11-25 07:40:00")
    synced.office.run("UPDATE ho_so SET trang_thai = 10, cap_nhat = '2024-11-25 07:45:00' WHERE id = 2")
    assert {"00002", "00005"} <= set(codes(synced.pull(HALF_HOUR)))
    assert synced.known["00002"]["status"] == "10"


def test_the_overlap_is_asked_for_again_and_nothing_older(synced: Synced) -> None:
    minutes = {11: "07:00", 12: "07:10", 13: "07:20", 14: "07:29"}
    for number, minute in minutes.items():
        synced.office.add(number, changed=f"2024-11-25 {minute}:00")
    synced.pull(HALF_HOUR)
    again = synced.pull(2 * HALF_HOUR)
    expected = ["00013", "00014"] if synced.office.kind == "postgresql" else ["00011", "00012", "00013", "00014"]
    assert codes(again) == expected, "text is compared by whole days"
    assert not again.unchanged
    assert again.data_moment == AS_OF + 2 * HALF_HOUR


def test_nothing_new_is_unchanged_and_fresh(synced: Synced) -> None:
    synced.office.run("DELETE FROM ho_so")
    told = synced.pull(HALF_HOUR)
    assert (told.unchanged, told.records, told.bodies) == (True, (), ())
    assert told.data_moment == AS_OF + HALF_HOUR


def test_what_was_not_promoted_is_asked_for_again(synced: Synced) -> None:
    synced.office.add(5, changed="2024-11-25 07:40:00")
    synced.office.add(6, changed="2024-11-25 07:58:00")
    assert "00005" in codes(synced.pull(HALF_HOUR, promoted=False))
    assert {"00005", "00006"} <= set(codes(synced.pull(2 * HALF_HOUR)))


@pytest.mark.parametrize(
    ("changed", "half_hour_later", "next_day"),
    [("2024-11-20 08:50:00", True, True), ("2024-11-01 08:00:00", False, True)],
    ids=["within the overlap", "older than the watermark"],
)
def test_late_changes_come_by_the_overlap_or_the_sweep_of_the_day(
    synced: Synced, changed: str, half_hour_later: bool, next_day: bool
) -> None:
    synced.office.run("UPDATE ho_so SET trang_thai = 9, cap_nhat = :c WHERE id = 3", c=changed)
    synced.pull(HALF_HOUR)
    assert (synced.known["00003"]["status"] == "9") is half_hour_later
    synced.pull(DAY)
    assert (synced.known["00003"]["status"] == "9") is next_day


def test_rows_without_a_time_of_change_come_every_time(synced: Synced) -> None:
    synced.office.add(5, changed=None)  # type: ignore[arg-type]
    told = synced.pull(HALF_HOUR)
    assert "00005" in codes(told)
    assert [(note.code, note.params["count"]) for note in told.notes] == [("sql_updated_empty", 1)]


def test_one_date_far_ahead_does_not_hide_what_comes_after_it(synced: Synced) -> None:
    synced.office.add(5, changed="2099-01-01 00:00:00")
    told = synced.pull(HALF_HOUR)
    assert [note.code for note in told.notes] == ["sql_updated_ahead"]
    synced.office.add(6, changed="2024-11-25 08:10:00")
    assert {"00005", "00006"} <= set(codes(synced.pull(2 * HALF_HOUR)))


@pytest.mark.parametrize("hours", [2, -2, 0])
@pytest.mark.parametrize("later", [2, 0, -2])
def test_no_gap_when_the_clock_of_the_source_is_wrong_and_set_right(synced: Synced, hours: int, later: int) -> None:
    """The source's clock is off by `hours` on the first day, by `later` from noon on; every change is known at last."""
    number = 100
    for half_hour in range(1, 12):
        off = timedelta(hours=hours if half_hour < 6 else later)
        now = AS_OF + half_hour * HALF_HOUR
        for minute in (1, 16, 29):
            number += 1
            stamped = now - timedelta(minutes=30 - minute) + off
            synced.office.add(number, changed=f"{stamped:%Y-%m-%d %H:%M:%S}")
        synced.pull(half_hour * HALF_HOUR)
    if later >= hours or synced.office.kind == "sqlite" or (hours == 2 and later == 0):
        assert len(synced.known) == len(synced.office.rows()), "no gap, not even until the sweep"
    synced.pull(DAY)
    assert len(synced.known) == len(synced.office.rows())


def test_a_source_clock_that_stands_before_what_it_told_makes_the_pull_read_all(
    new_url: Callable[..., str], tmp_path: Path
) -> None:
    office = Office("postgresql", new_url("postgresql")).add(1, 2, changed="2199-01-01 07:00:00")
    runs = Synced(office, Landing(tmp_path / "landing"))
    ages = AS_OF.replace(year=2199, month=1, day=1) - AS_OF
    runs.pull(ages)
    office.add(3, changed="2198-12-31 12:00:00")
    told = runs.pull(ages + HALF_HOUR)
    assert codes(told) == ["00001", "00002", "00003"]
    assert [note.code for note in told.notes] == ["sql_clock_back"]


@pytest.mark.parametrize(
    ("first", "then"),
    [({}, {"columns": {"officer_post": "cap_nhat"}}), ({"view": "ho_so", "columns": {
        "dossier_code": "ma", "unit_code": "don_vi", "status": "trang_thai", "received_at": "tiep_nhan"}}, {})],
    ids=["another column", "another view"],
)  # fmt: skip
def test_what_is_asked_differently_is_read_in_full(
    office: Office, tmp_path: Path, first: dict[str, object], then: dict[str, object]
) -> None:
    office.add(9, changed="2024-11-25 07:20:00")
    runs = Synced(office, Landing(tmp_path / "landing"), **first)
    runs.pull()
    assert len(runs.pull(HALF_HOUR).records) == 1
    runs.settings = {"updated_column": "cap_nhat", **then}
    assert len(runs.pull(2 * HALF_HOUR).records) == 5


def test_how_often_everything_is_read(office: Office, tmp_path: Path) -> None:
    office.add(9, changed="2024-11-25 07:20:00")
    runs = Synced(office, Landing(tmp_path / "landing"), full_sweep_days=3)
    counts = [len(runs.pull(n * DAY).records) for n in range(5)]
    assert counts == [5, 1, 1, 5, 1]
    assert len(runs.pull(5 * DAY, full=True).records) == 5


def test_everything_gone_at_once_is_a_fault_until_a_person_accepts_it(synced: Synced) -> None:
    synced.office.run("DELETE FROM ho_so")
    request = synced.books.request(AS_OF + DAY)
    told = fault(synced.office, synced.landing, request, updated_column="cap_nhat")
    assert told.code == "sql_sudden_zero"
    assert synced.pull(DAY, accept_drop=True).records == ()
