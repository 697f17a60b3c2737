"""Paper beside a view that is read only where it has moved: what was told once is not forgotten by the next run."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.compare_stage import VIEW, Stage
from tests.integration.test_compare_views import BEFORE, OCTOBER, SEPTEMBER
from tests.integration.test_registers_beside_sources import a_line, compared, on_paper, with_book
from tests.reporting_view import Office


@pytest.fixture
def office(new_url: Callable[[str], str]) -> Office:
    made = Office("sqlite", new_url("sqlite"))
    made.add(1, 2, tiep_nhan=SEPTEMBER, changed=BEFORE, hen_tra="2026-12-02", don_vi="B")
    return made.add(4, 5, tiep_nhan=OCTOBER, changed=BEFORE, hen_tra="2026-12-02", don_vi="B")


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, new_url: Callable[..., str], office: Office) -> Stage:
    sources = VIEW.format(url=make_url(office.url).render_as_string(), password="")
    made = Stage(tmp_path, new_url(request.param, migrated=True), "bao-cao").configure(sources)
    made.sync()
    return made


def october(number: int, code: str, due: str = "02/12/2026") -> str:
    return a_line(number, code, received="12/10/2026", due=due, unit="B")


@pytest.mark.parametrize("status", ["4", "1"])
def test_a_dossier_that_is_not_here_yet_stays_known_to_the_software(stage: Stage, office: Office, status: str) -> None:
    office.add(9, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02", trang_thai=status)
    with_book(stage, october(1, "00004"), october(2, "00005"), october(3, "00009"), october(4, "00099"))

    for after in (0, 5, 10):
        assert on_paper(compared(stage, after)) == [("not_in_software", "00099", "")]


def test_a_book_stays_right_where_the_warehouse_is_behind(stage: Stage, office: Office) -> None:
    office.run("UPDATE ho_so SET hen_tra = '2026-12-05' WHERE id = 4")
    with_book(stage, october(1, "00004", due="05/12/2026"), october(2, "00005"))

    for after in (0, 5, 10):
        assert on_paper(compared(stage, after)) == []
