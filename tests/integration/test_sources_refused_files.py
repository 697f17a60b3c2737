"""Files that are refused: the office that sent them is told why, and the file stays where it is."""

import os
from pathlib import Path

import pytest

from tasks.sources.rejected import OF_THE_FILE
from tasks.sources.sentences import SENTENCES
from tests.drop_folder import AS_OF, HEADER, ROWS, fault, left_out, pull, put, values, workbook

GOOD = workbook(HEADER, *ROWS)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def rejected(drop: Path) -> dict[str, str]:
    folder = drop.parent / "rejected"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} if folder.exists() else {}


# --- the office is told ---


def test_the_reason_lies_beside_the_drop_folder_once_per_content(drop: Path) -> None:
    path = put(drop, "hồ sơ.xlsx", GOOD[:-50])
    refused = fault(drop)
    first = rejected(drop)
    assert [name.startswith("hồ sơ.xlsx.") and name.endswith(".txt") for name in first] == [True]
    text = next(iter(first.values()))
    assert refused.sentence("vi") in text
    assert "Hãy xuất và gửi lại tệp" in text
    assert (path.read_bytes(), sorted(p.name for p in drop.iterdir())) == (GOOD[:-50], ["hồ sơ.xlsx"])
    note = drop.parent / "rejected" / next(iter(first))
    os.utime(note, (1, 1))
    fault(drop)
    assert (rejected(drop), note.stat().st_mtime) == (first, 1)
    put(drop, "hồ sơ.xlsx", GOOD[:-60])
    fault(drop)
    assert len(rejected(drop)) == 2


def test_texts_are_told_of_too_and_a_mended_file_is_taken(drop: Path) -> None:
    put(drop, "a.csv", b"a,b,c\n1,2,3\n")
    assert fault(drop).code == "missing_column"
    told = next(iter(rejected(drop).values()))
    assert "thiếu cột bắt buộc: Mã hồ sơ, Mã đơn vị, Trạng thái, Ngày tiếp nhận." in told
    put(drop, "a.csv", (",".join((*HEADER, "Số hồ sơ")) + "\n" + ",".join((*ROWS[0], "x")) + "\n").encode())
    twice = fault(drop)
    assert "hai cột cùng là Mã hồ sơ" in twice.sentence("vi")
    assert "mean dossier_code" in twice.sentence("en")
    put(drop, "a.csv", (",".join(HEADER) + "\n" + ",".join(ROWS[0]) + "\n").encode())
    assert len(pull(drop).records) == 1


def test_a_dry_run_writes_nothing(drop: Path) -> None:
    put(drop, "a.xlsx", GOOD[:-50])
    assert fault(drop, dry=True).code == "workbook_damaged"
    assert sorted(path.name for path in drop.parent.iterdir()) == ["drop"]


def test_long_and_odd_names_make_harmless_file_names(drop: Path) -> None:
    long = "ề" * 80 + "x" * 11 + ".csv"
    assert len(long.encode()) == 255
    for name in (long, "=cmd.csv", "a..csv"):
        put(drop, name, b"a,b,c\n")
        assert fault(drop, pattern=name).code == "missing_column"
    names = [path.name for path in (drop.parent / "rejected").iterdir()]
    assert len(names) == 3
    assert max(len(name.encode()) for name in names) <= 255
    assert all(name.endswith(".txt") for name in names)


@pytest.mark.parametrize("obstacle", ["file", "link", "full"])
def test_where_the_reason_cannot_be_written_the_fault_stays_the_same(obstacle: str, drop: Path, tmp_path: Path) -> None:
    place = drop.parent / "rejected"
    if obstacle == "file":
        place.write_bytes(b"x")
    elif obstacle == "link":
        (tmp_path / "elsewhere").mkdir()
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.symlink_to("/dev/full")
    put(drop, "a.csv", b"a,b,c\n1,2,3\n")
    assert fault(drop).code == fault(drop).code == "missing_column"
    assert not (tmp_path / "elsewhere").exists() or not list((tmp_path / "elsewhere").iterdir())


def test_every_reason_that_is_told_has_a_sentence() -> None:
    assert SENTENCES.keys() >= OF_THE_FILE


# --- unfinished files and legacy encodings ---


@pytest.mark.parametrize("name", ["a.csv.part", "a.csv.tmp", "~$a.xlsx", "a.CSV.TMP", "a.csv.crdownload", ".a.csv"])
def test_names_of_unfinished_files_are_passed_over(name: str, drop: Path) -> None:
    put(drop, name, GOOD)
    assert fault(drop).code == "no_file"
    put(drop, "b.xlsx", GOOD)
    assert values(pull(drop), "dossier_code") == ["00160", "TL.2"]


def test_a_file_that_still_grows_is_taken_once_it_rests(drop: Path) -> None:
    path = put(drop, "a.xlsx", GOOD[:-100], AS_OF)
    settle = {"settle_seconds": 30, "clock": lambda: AS_OF.timestamp() + 5}
    assert fault(drop, **settle).code == "not_settled"
    put(drop, "a.xlsx", GOOD, AS_OF)
    assert fault(drop, **settle).code == "not_settled"
    assert rejected(drop) == {}
    assert len(pull(drop, settle_seconds=30, clock=lambda: path.stat().st_mtime + 30).records) == 2


@pytest.mark.parametrize("legacy", [b"\xa7ang x\xf6 l\xfd", b"\xd1ang x\xf6\xfb ly\xf9"])
def test_legacy_bytes_anywhere_are_refused_with_their_line(legacy: bytes, drop: Path) -> None:
    good = (",".join(HEADER) + "\n" + ",".join(ROWS[0]) + "\n").encode()
    put(drop, "a.csv", good * 20 + legacy + b",1,4,09/11/2026,x\n" + good)
    refused = fault(drop)
    assert (refused.code, refused.params["line"]) == ("encoding_unknown", 41)
    assert "TCVN3" in next(iter(rejected(drop).values()))


# --- CSV as offices export it ---


def lines(*rows: str) -> bytes:
    return ("\r\n".join(rows) + "\r\n").encode("utf-8-sig")


def test_a_csv_with_titles_numbers_groups_totals_and_signature(drop: Path) -> None:
    body = lines(
        '"UBND TỈNH TRẤN GIANG\nSỞ NỘI VỤ";;;;;',
        ";;;;;",
        "DANH SÁCH HỒ SƠ TRỄ HẠN;;;;;",
        "STT;Mã hồ sơ;Đơn vị xử lý;Trạng thái;Ngày tiếp nhận;",
        "(1);(2);(3);(4);(5)=(3)+(4);",
        "Đất đai (1);;;;;",
        "1;TL.1;31157;4;09/11/2026;",
        "II;Hộ tịch và quốc tịch;;;;",
        "2;TL.2;31157;4;1.09E+11;",
        "3;1.09E+11;31157;4;10/11/2026;",
        "Tổng cộng: 3 hồ sơ;;;;;",
        ";;;;Trấn Giang, ngày 22 tháng 11 năm 2026;",
        "NGƯỜI LẬP BIỂU;;;THỦ TRƯỞNG ĐƠN VỊ;;",
        "Nguyễn Thị D;;;Trần Văn E;;",
        ";;;;;",
    )
    put(drop, "a.csv", body)
    pulled = pull(drop)
    assert [(r.values.get("dossier_code"), r.malformed) for r in pulled.records] == [
        ("TL.1", ""),
        ("TL.2", ""),
        (None, "code_as_number"),
    ]
    assert left_out(pulled) == {
        "titles": 2,
        "headings": 1,
        "groups": 2,
        "totals": 1,
        "signatures": 3,
        "blank": 2,
        "empty": 1,
    }
    assert [record.ref.rpartition("#")[2] for record in pulled.records] == ["8", "10", "11"]


def test_a_heading_below_the_fifteenth_line_is_not_looked_for(drop: Path) -> None:
    titles = [f"dòng {n}" for n in range(14)]
    put(drop, "a.csv", lines(*titles, ",".join(HEADER), ",".join(ROWS[0])))
    assert values(pull(drop), "dossier_code") == ["00160"]
    put(drop, "a.csv", lines(*titles, "dòng 15", ",".join(HEADER), ",".join(ROWS[0])))
    assert fault(drop).code == "missing_column"


def test_headings_over_two_lines_of_a_csv(drop: Path) -> None:
    body = lines(
        "STT,Mã hồ sơ,Ngày,Ngày,Trạng thái,Mã đơn vị",
        ",,tiếp nhận,hẹn trả,,",
        "1,TL.1,09/11/2026,16/11/2026,4,31157",
    )
    put(drop, "a.csv", body)
    pulled = pull(drop)
    assert values(pulled, "due_at") == ["16/11/2026"]
    assert values(pulled, "received_at") == ["09/11/2026"]


def test_a_record_under_the_heading_is_never_swallowed_by_it(drop: Path) -> None:
    """A procedure that is called like a heading."""
    header = "Mã hồ sơ,Mã đơn vị,Trạng thái,Ngày tiếp nhận,Tên"
    put(drop, "a.csv", lines(header, "TL.1,31157,4,09/11/2026,Lĩnh vực", "TL.2,31157,4,09/11/2026,x"))
    assert values(pull(drop), "dossier_code") == ["TL.1", "TL.2"]
