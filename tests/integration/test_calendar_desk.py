"""A province's calendar file: what it would change is shown first, applying it is written down, nothing is lost."""

import json
from pathlib import Path

import pytest

from deployments.exits import refusal_of
from tests.told_desk import told_copy, typed_in
from warehouse import desk
from warehouse.engine import open_engine, reading

HEADING = "date,kind,name,document_no,document_on,provisional\n"
A_DAY_OFF = HEADING + "2026-11-12,holiday,Ngày nghỉ của tỉnh,99/TB-UBND,2026-11-10,false\n"
WORKED_AFTER_ALL = HEADING + "2026-11-12,makeup,Vẫn làm việc,100/TB-UBND,2026-11-11,false\n"
MOVED = {"code": "TWIN", "unit_code": "31157", "before": "2026-11-16", "after": "2026-11-17"}


@pytest.fixture
def folder(played, tmp_path: Path) -> Path:
    return told_copy(played, tmp_path)


@pytest.fixture
def dondoc(folder: Path):
    return typed_in(folder)


def a_file(folder: Path, text: str, name: str = "tinh.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_tells_the_days_and_the_dates_that_move_and_writes_nothing(dondoc, folder: Path) -> None:
    file = a_file(folder, A_DAY_OFF)
    told = json.loads(dondoc("--json", "calendar", "diff", file))
    assert told["days"] == [{"date": "2026-11-12", "before": "working", "after": "holiday"}]
    assert told["moved"] == [MOVED, MOVED]
    text = dondoc("calendar", "diff", file)
    assert "99/TB-UBND" in text
    assert "T2 16/11/2026 → T3 17/11/2026" in text
    assert not (folder / "calendar").exists()


def test_what_is_applied_counts_from_the_next_command_on_and_stands_in_the_audit(dondoc, folder: Path) -> None:
    file = a_file(folder, A_DAY_OFF)
    dondoc("calendar", "apply", file, "--reason", "99/TB-UBND")  # nobody agreed
    assert "99/TB-UBND" not in dondoc("calendar", "show", "2026")
    dondoc("calendar", "apply", file, "--reason", "99/TB-UBND", "--by", "Văn phòng", "--yes")
    assert "99/TB-UBND" in dondoc("calendar", "show", "2026")
    assert json.loads(dondoc("--json", "calendar", "diff", file)) == {"days": [], "moved": []}
    (act,) = acts(folder)
    assert (act["act"], act["target"], act["by"]) == ("calendar_apply", "tinh.csv", "Văn phòng")
    assert act["detail"] == {"reason": "99/TB-UBND", "days": 1, "moved": 2}


def test_a_later_file_is_laid_over_an_earlier_one_which_stays(dondoc, folder: Path, monkeypatch) -> None:
    dondoc("calendar", "apply", a_file(folder, A_DAY_OFF, "z.csv"), "--reason", "x", "--yes")
    for earlier in (folder / "calendar").iterdir():  # of another day
        earlier.rename(earlier.with_name("20261101-080000-z.csv"))
    dondoc("calendar", "apply", a_file(folder, WORKED_AFTER_ALL, "a.csv"), "--reason", "y", "--yes")
    assert len(list((folder / "calendar").iterdir())) == 2
    shown = dondoc("calendar", "show", "2026")
    assert "100/TB-UBND" in shown
    assert "99/TB-UBND" not in shown


def test_applying_again_changes_nothing_and_says_so(dondoc, folder: Path) -> None:
    file = a_file(folder, A_DAY_OFF)
    dondoc("calendar", "apply", file, "--reason", "x", "--yes")
    assert "không làm thay đổi ngày nào" in dondoc("calendar", "apply", file, "--reason", "x", "--yes")
    assert len(acts(folder)) == 1


def test_a_file_that_cannot_be_read_is_refused_with_line_and_column(dondoc, folder: Path) -> None:
    file = a_file(folder, HEADING + "23/11/2026,holiday,x,,,\n")
    refused = dondoc("calendar", "apply", file, "--reason", "x", "--yes")
    told = refusal_of(refused)
    assert told is not None
    assert told[0] == 2
    assert "dòng 2, cột 'date': không hiểu '23/11/2026'; hãy ghi ngày dạng 2026-11-24" in told[1][0]
    assert "line 2, column 'date'" in refusal_of(refused, "en")[1][0]
    assert not (folder / "calendar").exists()


def acts(folder: Path) -> list[dict]:
    engine = open_engine(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    with reading(engine) as conn:
        found = desk.audit_rows(conn)
    engine.dispose()
    return found
