"""`dondoc run report` and `dondoc report unit` as typed: files named on stdout, refusals at once and in a sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Dondoc
from tests.flows.village import DAWN, MONDAY, Village

pytestmark = pytest.mark.slow
EARLIER = (DAWN - timedelta(days=3)).isoformat()  # before the last flag run of a sandbox


def test_a_report_names_its_files_and_may_look_back(at_home: Dondoc, village: Village) -> None:
    ended = at_home("--json", "run", "report", "--as-of", MONDAY.isoformat())
    assert (ended.status, ended.json["state"], ended.json["mails"]["composed"]) == (0, "done", 0)
    names = [Path(path).relative_to(village.folder).as_posix() for path in ended.json["files"]]
    assert names == [f"var/reports/bao-cao-2026-W47.{ending}" for ending in ("html", "xlsx")]
    ended = at_home("run", "report", "--period", "month", "--known-at", EARLIER, "--out", "past")
    assert ended.status == 0, ended.err
    assert ended.out.splitlines()[-1].endswith("past/bao-cao-2026-10.xlsx")


def test_a_sheet_of_a_unit(at_home: Dondoc, village: Village) -> None:
    ended = at_home("report", "unit", "A", "--as-of", MONDAY.isoformat())
    assert ended.status == 0, ended.err
    page = Path(ended.out.splitlines()[-1].strip()).read_text(encoding="utf-8")
    assert "Phiếu theo dõi: UBND xã Alpha (A)" in page
    assert "H00.A-0001" in page
    assert "H00.B-0001" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "report", "--period", "year"), "year"),
        (("run", "report", "--known-at", "hôm qua"), "hôm qua"),
        (("run", "report", "--send", "--as-of", EARLIER), "2026-11-20"),
        (("report", "unit", "XYZ", "--as-of", MONDAY.isoformat()), "XYZ"),
    ],
)
def test_what_cannot_be_done_is_refused(at_home: Dondoc, village: Village, words: tuple[str, ...], said: str) -> None:
    ended = at_home(*words)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
