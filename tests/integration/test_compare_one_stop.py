"""One-stop software against the warehouse: months are read whole, single dossiers once more, counts where asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compare_stage import Stage, told
from tests.fault_http import FaultServer
from tests.opencps_server import CONFIG as SOURCE
from tests.opencps_server import OneStop, row

EVERYBODY = [row(n, domainName="Hộ tịch") for n in range(1, 7)]


@pytest.fixture
def one_stop() -> OneStop:
    return OneStop(open=EVERYBODY, received=EVERYBODY)


@pytest.fixture
def stage(tmp_path: Path, new_url, one_stop: OneStop) -> Iterator[Stage]:
    made = Stage(tmp_path, new_url("sqlite", migrated=True), "mot-cua")
    with FaultServer(one_stop) as server:
        made.configure(SOURCE.format(url=server.url)).sync()
        yield made


def test_sides_that_agree(stage: Stage) -> None:
    before = stage.dump()
    comparison = stage.compare()
    assert (comparison.findings, comparison.sides["mot-cua"].read) == ([], 6)
    assert stage.dump() == before


def test_what_differs_is_looked_at_once_more(stage: Stage, one_stop: OneStop) -> None:
    """1 is changed, 2 goes on changing, 3 is gone, 4 is only no longer listed, 9 is new and 10 goes again."""
    changed = {1: row(1, govAgencyCode="UBND-K"), 2: row(2, dossierStatus="releasing")}
    rows = [changed.get(n, r) for n, r in enumerate(EVERYBODY, 1) if n not in (3, 4)]
    one_stop.lists["received"] = one_stop.lists["open"] = [*rows, row(9), row(10)]
    one_stop.details = {"1": changed[1], "2": row(2, dossierStatus="done"), "4": row(4), "9": row(9)}
    comparison = stage.compare()
    assert told(comparison.findings) == {
        ("field_differs", "1", "unit_code", ""),
        ("field_differs", "1", "field", ""),
        ("missing_in_source", "3", "", ""),
        ("missing_in_warehouse", "9", "", ""),
    }
    assert comparison.sides["mot-cua"].moving == 3


@pytest.mark.parametrize("status", ["new", "receiving"])
def test_what_is_listed_as_not_received_is_not_missing(stage: Stage, one_stop: OneStop, status: str) -> None:
    """It was finished here, so that a pull leaves it out."""
    stage.by_hand("UPDATE dossiers SET status = '10' WHERE record_key = '3'")
    changed = row(3, domainName="Hộ tịch", dossierStatus=status)
    others = [*EVERYBODY[:2], *EVERYBODY[3:]]
    one_stop.lists["received"] = one_stop.lists["open"] = [*others, changed, row(9, dossierStatus=status)]
    one_stop.details = {"3": changed}
    comparison = stage.compare()
    assert {(f.kind.value, f.key, f.column) for f in comparison.findings} == {("field_differs", "3", "status")}
    one_stop.lists["received"] = one_stop.lists["open"] = others  # it stands in no list, but is there
    assert stage.compare().findings == []


def test_too_many_for_a_second_look_are_told_of(stage: Stage, one_stop: OneStop) -> None:
    config = stage.folder / "dondoc.toml"
    config.write_text(config.read_text().replace("page_size = 10", "page_size = 10\ndetail_limit = 1"))
    one_stop.lists["received"] = one_stop.lists["open"] = EVERYBODY[2:]
    comparison = stage.compare()
    assert {f.key for f in comparison.findings} == {"1", "2"}
    assert [one.code for one in comparison.notices] == ["second_look_not_possible"]


def test_a_quick_look_asks_only_for_totals(stage: Stage, one_stop: OneStop) -> None:
    one_stop.lists["received"] = [row(1, govAgencyCode="UBND-K"), *EVERYBODY[1:]]
    comparison = stage.compare(depth="counts")
    assert (comparison.findings, comparison.sides["mot-cua"].read) == ([], 0)
    assert comparison.unread == {("mot-cua", "UBND-TL", "2026-11")}
    assert comparison.sides["mot-cua"].requests == 1  # one month, one question
