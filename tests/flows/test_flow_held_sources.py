"""Which figures may be mailed when a source fails, is refused, or its unit map cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.demo.one_stop_api import OneStopApi
from tests.flows.test_flow_source_faults import ONE_STOP
from tests.flows.village import DAWN, MONDAY, SOURCE, WEDNESDAY, Village
from warehouse import loads

pytestmark = pytest.mark.slow
PASSWORD = "Secret-Canary-8"
SOON = MONDAY + timedelta(minutes=15)
LOGS = {"kien-nghi": "recommendations", "nhat-ky": "recommendation_events", "dong-ho": "dossier_events"}


@contextmanager
def opened(village: Village, at=MONDAY) -> Iterator[tuple[Any, Any]]:
    """A run of the village at that moment, and a connection."""
    from tasks.run_context import RunRequest, enter_run

    request = RunRequest(flow="remind", config=str(village.config), as_of=at.isoformat())
    with enter_run(request) as (run, _), run.store.reading() as conn:
        yield run, conn


def held(village: Village, at=MONDAY) -> set[str]:
    from tasks.held_sources import held_sources

    with opened(village, at) as (run, conn):
        return set(held_sources(run, conn))


def ended(village: Village, source: str, dataset: str, state: str, at=MONDAY) -> None:
    """A pull of that source ended so."""
    if state == "unchanged":
        village.acting(
            lambda conn: loads.record_unchanged(
                conn, run_id=f"run {at}", source=source, dataset=dataset, as_of=at, data_moment=at
            )
        )
    else:
        village.acting(
            lambda conn: loads.record_failure(
                conn,
                run_id=f"run {at}",
                source=source,
                dataset=dataset,
                as_of=at,
                state=state,
                error_code="x",
                error="x",
            )
        )


@pytest.fixture
def logging_village(village: Village) -> Village:
    """With recommendations and both logs, all of one system."""
    files = (("don-vi", "units"), ("danh-ba", "contacts"), ("ho-so", "dossiers"), *LOGS.items())
    lines = "".join(SOURCE.format(name=name, dataset=dataset) + 'system = "so"\n' for name, dataset in files)
    village.configure(sources=lines)
    for name, dataset in LOGS.items():
        ended(village, name, dataset, "unchanged", DAWN)
    assert held(village) == set()
    return village


@pytest.mark.parametrize(
    ("source", "dataset", "ends", "silent"),
    [
        ("ho-so", "dossiers", ["failed"], set()),
        ("ho-so", "dossiers", ["refused"], {"ho-so"}),
        ("ho-so", "dossiers", ["refused", "failed"], {"ho-so"}),
        ("ho-so", "dossiers", ["refused", "unchanged"], set()),
        ("kien-nghi", "recommendations", ["failed"], set()),
        ("nhat-ky", "recommendation_events", ["failed"], {"nhat-ky", "kien-nghi"}),
        ("nhat-ky", "recommendation_events", ["refused"], {"nhat-ky", "kien-nghi"}),
        ("nhat-ky", "recommendation_events", ["failed", "unchanged"], set()),
        ("dong-ho", "dossier_events", ["failed"], set()),
        ("dong-ho", "dossier_events", ["refused"], {"dong-ho", "ho-so"}),
        ("don-vi", "units", ["failed"], set()),
        ("danh-ba", "contacts", ["refused"], set()),
    ],
)
def test_what_a_bad_pull_silences(logging_village: Village, source, dataset, ends, silent) -> None:
    for number, end in enumerate(ends, start=1):
        ended(logging_village, source, dataset, end, MONDAY + timedelta(minutes=number))
    assert held(logging_village, SOON) == silent


def test_a_failed_source_is_silent_once_its_last_good_data_are_stale(logging_village: Village) -> None:
    ended(logging_village, "ho-so", "dossiers", "failed", WEDNESDAY)
    # the holiday between does not age: 24 h 30 on Wednesday 07:00, past the limit at ten
    assert "ho-so" not in held(logging_village, WEDNESDAY.replace(hour=7, minute=0))
    assert "ho-so" in held(logging_village, WEDNESDAY.replace(hour=10))


def test_a_log_that_was_never_loaded_silences_its_items(village: Village) -> None:
    lines = "".join(SOURCE.format(name=name, dataset=dataset) for name, dataset in list(LOGS.items())[:2])
    village.configure(sources=lines.replace("[[sources]]", '[[sources]]\nsystem = "so"'))
    ended(village, "kien-nghi", "recommendations", "unchanged")
    assert held(village) == {"kien-nghi", "nhat-ky", "ho-so"}  # the last is configured no longer


def test_status_says_the_same(logging_village: Village) -> None:
    from deployments.attention import source_states

    ended(logging_village, "ho-so", "dossiers", "failed")
    ended(logging_village, "nhat-ky", "recommendation_events", "failed")
    ended(logging_village, "kien-nghi", "recommendations", "refused")
    with opened(logging_village) as (run, conn):
        states = {s["name"]: s["fresh"] for s in source_states(conn, run.settings, SOON)}
    assert (states["ho-so"], states["nhat-ky"], states["kien-nghi"]) == (True, False, False)


@pytest.mark.parametrize(
    "spoilt", ["source_code,unit_code\nA,A\nA,B\n", "source_code,unit\nA,A\n", "source_code,unit_code\nA,\n"]
)
def test_an_unreadable_unit_map_fails_its_source_and_no_other(run, empty_village: Village, spoilt: str) -> None:
    files = (("don-vi", "units"), ("danh-ba", "contacts"), ("ho-so", "dossiers"))
    sources = "".join(SOURCE.format(name=name, dataset=dataset) for name, dataset in files)
    map_of_units = Path(empty_village.folder / "map.csv")
    map_of_units.write_text(spoilt, encoding="utf-8")
    empty_village.configure(sources=sources + 'unit_map = "map.csv"\n')
    report = run(empty_village, "sync")
    assert (report["exit_status"], report["state"]) == (3, "incomplete")
    assert [(s["name"], s["pulled"]) for s in report["sources"] if not s["error"]] == [("don-vi", 3), ("danh-ba", 3)]
    assert "map.csv" in report["sources"][2]["error"]
    map_of_units.write_text("source_code,unit_code\nA,B\n", encoding="utf-8")
    assert run(empty_village, "sync", SOON)["exit_status"] == 0


def test_a_unit_map_spoilt_while_an_interface_is_read_is_told_the_same(
    run, empty_village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VILLAGE_ONE_STOP_PASSWORD", PASSWORD)
    (empty_village.folder / "map.csv").write_text("source_code,unit_code\nA,A\nA,B\n", encoding="utf-8")
    with OneStopApi(password=PASSWORD) as api:
        one_stop = ONE_STOP.format(url=api.base_url)
        sources = one_stop.replace("timeout_seconds = 5", 'timeout_seconds = 5\nunit_map = "map.csv"')
        report = run(empty_village.configure(sources=sources), "sync")
    assert (report["exit_status"], report["state"]) == (3, "incomplete")
    assert [s["name"] for s in report["sources"] if s["error"]] == ["mot-cua"]


def test_a_source_taken_out_of_the_configuration_stays_out_of_the_mails_and_ops_are_told(village: Village) -> None:
    from deployments.attention import source_states
    from tasks.bulletins import source_lines

    files = (("don-vi", "units"), ("danh-ba", "contacts"))
    village.configure(sources="".join(SOURCE.format(name=name, dataset=dataset) for name, dataset in files))
    assert held(village) == {"ho-so"}
    with opened(village) as (run, conn):
        line = source_lines(run, conn)[-1]
        state = source_states(conn, run.settings, MONDAY)[-1]
    assert (line.name, line.dataset, line.fresh, state["name"], state["fresh"]) == (
        *("ho-so", "dossiers", False),
        *("ho-so", False),
    )
    assert 'system = "ho-so"' in line.error
    assert line.error == state["error"]
