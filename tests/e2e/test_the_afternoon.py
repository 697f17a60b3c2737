"""The afternoon after the story: the reconciliation finds what the units' books get wrong, no more and no less.

The list is held by hand against the flaws of `deployments/demo/registers`, `displays` and `bad_rows`, on both
databases; and a complaint of that afternoon is answered at the desk.
"""

from pathlib import Path

import pytest

from tests.e2e.stagehands import PERSON, PROJECT, Play
from tests.told_desk import typed_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FOUND = """
31157 field_differs H13.45-261105-0023 due_at 215 -
31157 field_differs H13.45-261119-0007 returned_at 219 -
31157 incomplete_in_register H13.45-261102-0019 to_unit 9 -
31157 incomplete_in_register H13.45-261102-0019 transferred_on 9 -
31157 incomplete_in_register H13.45-261109-0012 to_unit 12 -
31157 missing_in_register H13.45-261109-0012 - - -
31157 missing_in_register H13.45-261110-0008 - - -
31157 missing_in_warehouse H13.45-261118-0051 - - quarantined
31157 not_in_software H13.45-2611O9-0012 - 217 -
31157 not_in_software H13.45-261120-0058 - 219_(2) -
31157 numbering_gap - - 11 -
31157 numbering_gap - - 216 -
31157 numbering_gap - - 219_(2) -
31231 field_never_received Hộ_kinh_doanh field - -
31231 field_never_received Đất_đai field - -
31231 missing_in_warehouse H13.62-261117-0081 - - quarantined
31231 not_in_software H13.62-261105-0901 - 2 -
31231 not_in_software H13.62-261110-0902 - 1 -
31231 posted_repealed 1.000656 procedure_code - -
31246 missing_in_warehouse H13.65-261116-0064 - - quarantined
31309 field_never_received Hộ_kinh_doanh field - -
31309 incomplete_in_register - dossier_code 42 -
31309 incomplete_in_register - dossier_code 43 -
31309 incomplete_in_register - due_at 43 -
31309 incomplete_in_register - received_at 43 -
31309 incomplete_in_register H13.71-261111-0006 due_at 41 -
31309 incomplete_in_register H13.71-261111-0006 procedure_name 41 -
31309 missing_in_warehouse H13.71-260231-0073 - - quarantined
SNNMT missing_in_warehouse H13.08-270301-0013 - - quarantined
- missing_in_warehouse H13.00-261119-0092 - - quarantined
"""
OWN_BOOK = {"+compared_segments", "+differences", "+reconciliations"}
GUIDE = PROJECT / "docs" / "reconciliation.md"
COMPLAINT = "H13.45-261105-0023"  # the book of Thới Long says 17/11, the mails said 16/11


@pytest.fixture(params=["sqlite_play", "postgresql_play"])
def play(request: pytest.FixtureRequest) -> Play:
    return request.getfixturevalue(request.param)


def test_every_flaw_is_found_and_nothing_else(play: Play) -> None:
    afternoon = play.findings["afternoon"]
    assert afternoon["differences"] == sorted(FOUND.strip().splitlines())
    assert afternoon["report"]["exit_status"] == 6
    assert afternoon["report"]["differences"]["open"] == len(FOUND.strip().splitlines())


def test_only_its_own_book_is_written(play: Play) -> None:
    assert set(play.findings["afternoon"]["changes"]) <= OWN_BOOK
    assert "+differences" in play.findings["afternoon"]["changes"]


def test_a_second_call_asks_no_second_time(play: Play) -> None:
    assert play.findings["afternoon"]["again"] is None


def test_no_file_of_it_names_a_person(play: Play) -> None:
    files = sorted((play.folder / "reconciliation").iterdir())
    assert {path.suffix for path in files} == {".html", ".xlsx"}
    page = next(path for path in files if path.suffix == ".html")
    assert PERSON not in page.read_text(encoding="utf-8")
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_a_complaint_is_answered(sqlite_play: Play, tmp_path: Path) -> None:
    """Which mails told it, what they said, and what the books of both sides say."""
    dondoc = typed_in(sqlite_play.folder)
    traced = dondoc("trace", COMPLAINT, "--out", tmp_path)
    assert "Giám đốc Sở Nông nghiệp và Môi trường" in traced
    assert (tmp_path / f"{COMPLAINT}.html").exists()
    (name,) = [word.strip("().,") for word in traced.split() if word.strip("().,").startswith("D-")]
    assert f"dondoc differences explain {name}" in GUIDE.read_text(encoding="utf-8")
    told = dondoc("differences", "explain", name)
    for words in ("17/11/2026", "16/11/2026", "quyển 01/2026, trang 12, số 215", "phiên bản 2", "VIỆC CẦN LÀM"):
        assert words in told
