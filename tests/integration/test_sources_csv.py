"""What a CSV file says: each trap of the field once, taken whole or refused whole."""

from datetime import datetime
from pathlib import Path

import pytest

from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tests.drop_folder import AS_OF, HEADING, LINES, csv, fault, notes, pull, put, values
from tests.pulls import normalised


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def test_rows_come_as_text_under_canonical_names(drop: Path) -> None:
    put(drop, "a.csv", csv(*LINES))
    pulled = pull(drop)
    first = pulled.records[0]
    assert dict(first.values) == {
        "dossier_code": "00160",
        "unit_code": "31157",
        "status": "Đang xử lý",
        "received_at": "03/04/2025",
        "procedure_name": "Cấp giấy phép",
    }
    assert first.ref == f"sha256:{pulled.bodies[0].sha256}#2"
    frame = normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=AS_OF))
    assert frame["received_at"][0] == datetime(2025, 4, 3, 7, 30, tzinfo=HANOI)
    assert frame["unit_code"].tolist() == ["31157", "01"]
    assert frame["procedure_name"].tolist() == ["Cấp giấy phép", "NA"]
    assert frame["status"].tolist() == ["4", "4"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "auto"), ("utf-8-sig", "auto"), ("utf-16", "auto"), ("utf-16", "cp1258"), ("utf-8-sig", "cp1258")],
)
def test_unicode_is_recognised(encoding: str, declared: str, drop: Path) -> None:
    put(drop, "a.csv", csv(*LINES).decode().encode(encoding))
    assert values(pull(drop, encoding=declared), "status") == ["Đang xử lý", "4"]


def test_cp1258_only_when_declared_and_equal_after_normalising(drop: Path) -> None:
    header = "dossier_code,unit_code,status,received_at,procedure_name"
    put(drop, "a.csv", f"{header}\n1,2,4,03/04/2025,Cấp giấy phép\n".encode("cp1258", "ignore"))
    decomposed = "Câ\u0301p giâ\u0301y phe\u0301p"
    put(drop, "b.csv", f"{header}\n1,2,4,03/04/2025,{decomposed}\n".encode("cp1258"))
    assert fault(drop, pattern="b.csv").code == "encoding_unknown"
    pulled = pull(drop, pattern="b.csv", encoding="cp1258")
    frame = normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=AS_OF))
    assert frame["procedure_name"].tolist() == ["Cấp giấy phép"]


def test_legacy_bytes_are_refused_with_their_line(drop: Path) -> None:
    tcvn3 = b"\xa7ang x\xf6 l\xfd"
    put(drop, "a.csv", csv(*LINES) + b"TL.3,31157," + tcvn3 + b",09/11/2026,x\r\n")
    refused = fault(drop)
    assert (refused.code, refused.params["line"], refused.params["file"]) == ("encoding_unknown", 4, "a.csv")
    assert "UTF-8" in refused.sentence("vi")
    assert fault(drop, encoding="tcvn3").code == "encoding_unsupported"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_heading_row_tells_the_delimiter(delimiter: str, drop: Path) -> None:
    rows = [HEADING.replace(",", delimiter), delimiter.join(["1", "2", "4", "03/04/2025", '"a, b; c"'])]
    put(drop, "a.csv", "\n".join([*rows, ""]).encode())
    assert values(pull(drop), "procedure_name") == ["a, b; c"]


def test_headings_match_after_folding_in_any_order(drop: Path) -> None:
    header = "NGÀY  TIẾP NHẬN,\u200bso ho so,trạng\u00a0thái,Đơn vị xử lý,dossier_code,STT"
    put(drop, "a.csv", csv("03/04/2025,x,4,31157,TL.1,1", header=header))
    pulled = pull(drop)
    assert values(pulled, "dossier_code") == ["TL.1"]
    assert notes(pulled) == ["extra_columns"]
    assert pulled.notes[0].params["count"] == 2


@pytest.mark.parametrize(
    ("header", "code", "columns"),
    [
        ("Mã hồ sơ,Trạng thái,Ngày tiếp nhận", "missing_column", "unit_code"),
        ("a,b,c", "missing_column", "dossier_code, unit_code, status, received_at"),
        (f"{HEADING},Số hồ sơ", "duplicate_column", "dossier_code"),
        (f"{HEADING},{HEADING}", "duplicate_column", "dossier_code, procedure_name, received_at, status, unit_code"),
    ],
)
def test_a_header_that_leaves_doubt_refuses_the_file(header: str, code: str, columns: str, drop: Path) -> None:
    put(drop, "a.csv", csv(*LINES, header=header))
    refused = fault(drop)
    assert (refused.code, refused.params["columns"], refused.params["file"]) == (code, columns, "a.csv")


def test_a_constant_satisfies_a_required_column(drop: Path) -> None:
    put(drop, "a.csv", csv("TL.1,4,03/04/2025", header="Mã hồ sơ,Trạng thái,Ngày tiếp nhận"))
    assert values(pull(drop, constants={"unit_code": "SNV"}), "unit_code") == ["SNV"]


@pytest.mark.parametrize(
    "wrong",
    ["0,TL.9,31157,4,03/04/2025,x", "TL.9,31157,4,03/04/2025", "TL.9,31157,4,03/04/2025,x,", "TL.9", '"a\nb",1'],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_long_or_short_row_shifts_nothing(wrong: str, place: int, drop: Path) -> None:
    rows = list(LINES)
    rows.insert(place, wrong)
    put(drop, "a.csv", csv(*rows))
    pulled = pull(drop)
    bad = pulled.records[place]
    assert (bad.malformed, dict(bad.values), bad.ref.split("#")[1]) == ("field_count", {}, str(place + 2))
    good = [record.values["dossier_code"] for record in pulled.records if not record.malformed]
    assert good == ["00160", "TL.2"]


def test_two_broken_rows_are_told_apart(drop: Path) -> None:
    put(drop, "a.csv", csv("a", "b", "a"))
    prints = [record.fingerprint for record in pull(drop).records]
    assert prints[0] == prints[2] != prints[1]


def test_blank_rows_are_skipped_and_lines_still_counted(drop: Path) -> None:
    put(drop, "a.csv", b"\n,,\n" + csv(LINES[0], "", ",,,,", " , ,\u00a0,,".encode().decode(), LINES[1]))
    pulled = pull(drop)
    assert [record.ref.split("#")[1] for record in pulled.records] == ["4", "8"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (csv(*LINES) + b'TL.3,"31157,4,03/04/2025,x\r\n', "broken_quotes"),
        (csv(LINES[0], '"TL.3,31157,4,03/04/2025,x', LINES[1], '"TL.4,31157,4,03/04/2025,x'), "broken_quotes"),
        (csv(*LINES) + b"TL.3,31157,4,03/04/2025,a\x00b\r\n", "nul_in_file"),
        (csv(*LINES) + b'TL.3,31157,4,03/04/2025,"' + b"x" * 200_000 + b'"\r\n', "broken_quotes"),
        (b"", "no_header"),
        (b"\r\n\r\n", "no_header"),
    ],
)
def test_a_damaged_file_is_refused_whole(body: bytes, code: str, drop: Path) -> None:
    put(drop, "a.csv", body)
    assert fault(drop).code == code
