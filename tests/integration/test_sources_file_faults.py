"""Files that grow, are cut, speak two encodings or come again: F1 to F13 where no closer test has them."""

import os
import threading
from datetime import datetime
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS, Mode
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest, SourceFault
from tests.drop_folder import AS_OF, HEADING, LINES, csv, fault, notes, pull, put, source, values
from tests.pulls import Read, normalised


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def told(pulled: Read) -> list[str]:
    return [code for code in values(pulled, "dossier_code") if code is not None]


# --- F1: a file that grows ---


def test_f1_a_file_somebody_is_writing_is_taken_once_and_whole(drop: Path) -> None:
    """A pull while it grows gives nothing or waits; once it rests, all of it comes, and never again."""
    path, rows = drop / "a.csv", [f"TL.{n},31157,4,09/11/2026,x" for n in range(3000)]
    whole, written = csv(*rows), threading.Event()

    def write() -> None:
        with path.open("wb", buffering=0) as file:
            for place in range(0, len(whole), 500):
                file.write(whole[place : place + 500])
        written.set()

    path.write_bytes(b"")
    writer = threading.Thread(target=write)
    writer.start()
    while not written.is_set():
        waits = fault(drop, settle_seconds=30, clock=lambda: path.stat().st_mtime)
        assert (waits.code, waits.transient) == ("not_settled", True)
    writer.join()
    assert not (drop.parent / "rejected").exists()
    late = {"settle_seconds": 30, "clock": lambda: path.stat().st_mtime + 31}
    os.utime(path, (AS_OF.timestamp() - 60,) * 2)
    first = pull(drop, **late)
    assert len(told(first)) == 3000
    assert pull(drop, before=[first], **late).unchanged


@pytest.mark.parametrize("when", [1, 2])
def test_f1_a_file_that_grows_while_it_is_read_waits(when: int, drop: Path) -> None:
    """It changes after the first or the second time it was looked through: what was listed is no longer there."""
    path = put(drop, "a.csv", csv(*LINES))
    landing = _Grows(drop.parent / "landing") if when == 2 else Landing(drop.parent / "landing")

    def clock() -> float:
        if when == 1:
            path.write_bytes(csv(*LINES, "TL.3,1,4,09/11/2026,x"))
        return AS_OF.timestamp() * 2

    if isinstance(landing, _Grows):
        _Grows.path = path
    with pytest.raises(SourceFault) as caught:
        source(drop, settle_seconds=1, clock=clock).pull(PullRequest(as_of=AS_OF), landing)
    assert caught.value.code == "not_settled"
    assert [p for p in landing.root.rglob("*") if p.is_file()] == []


class _Grows(Landing):
    """A landing before whose first byte the file changes."""

    path: Path

    def land_blocks(self, source, name, blocks, data_moment, now):
        with _Grows.path.open("ab") as file:
            file.write(b"TL.3,")
        return super().land_blocks(source, name, blocks, data_moment, now)


# --- F2, F4, F6: cuts and encodings ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("column", "cell"), [("Tên thủ tục", '"Cấp, đổi\r\n{}"'), ("Mã đơn vị", "H13.10.{}")], ids=["quoted", "plain code"]
)
def test_f2_a_csv_cut_anywhere_gives_whole_rows_or_none(column: str, cell: str, encoding: str, drop: Path) -> None:
    """Also inside its last cell: what is left of a code may be another unit's."""
    heading = "Mã hồ sơ,Trạng thái,Ngày tiếp nhận,Mã đơn vị" if column == "Mã đơn vị" else HEADING
    between = "4,09/11/2026" if column == "Mã đơn vị" else "31157,4,09/11/2026 09:10"
    rows = [f"TL.{n},{between},{cell.format(1000 + n)}" for n in range(12)]
    whole = csv(*rows, header=heading).decode().encode(encoding)
    put(drop, "a.csv", whole)
    right, refused = [record.values for record in pull(drop, dry=True).records], 0
    for cut in [*range(1, len(whole), len(whole) // 40), *range(len(whole) - 24, len(whole))]:
        put(drop, "a.csv", whole[:cut])
        try:
            pulled = pull(drop, dry=True)
        except SourceFault:
            refused += 1
            continue
        good = [record.values for record in pulled.records if not record.malformed]
        assert good == right[: len(good)]
        left = whole[:cut].decode(encoding)
        assert left.endswith("\n") or "no_final_newline" in notes(pulled) or not pulled.records
    assert refused


@pytest.mark.parametrize(
    ("rows", "malformed"),
    [
        (("TL.1,4,03/04/2025,H13.10.12\n", "TL.2,4,03/04/2025,H13.10"), ["", "cut_off"]),
        (("TL.1,4,03/04/2025,H13.10",), ["cut_off"]),
        (("TL.1,4,03/04/2025,H13\n", "TL.2,4,03/0"), ["", "field_count"]),
        (("TL.1,4,03/04/2025,H13\n", "Tổng số: 1,,,"), [""]),  # what is cut is no record
        ((*(f"TL.{n},4,03/04/2025,H13\n" for n in range(600)), "TL.X,4,03/04/2025,H"), [""] * 600 + ["cut_off"]),
    ],
)
def test_f2_only_the_row_without_a_line_end_is_in_doubt(
    rows: tuple[str, ...], malformed: list[str], drop: Path
) -> None:
    put(drop, "a.csv", ("Mã hồ sơ,Trạng thái,Ngày tiếp nhận,Mã đơn vị\n" + "".join(rows)).encode())
    pulled = pull(drop)
    assert [record.malformed for record in pulled.records] == malformed
    assert all(record.fingerprint and not record.values for record in pulled.records if record.malformed)
    assert "no_final_newline" in notes(pulled)


def test_f4_the_same_rows_in_each_encoding_are_the_same_bytes_after_normalising(drop: Path) -> None:
    rows = [*LINES, "TL.3,31157,Đang xử lý,09/11/2026,Cấp đổi giấy phép lái xe ở huyện đảo"]
    text = "\n".join([HEADING, *rows]) + "\n"
    forms = {
        "utf-8": text.encode(),
        "utf-8-sig": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
        "utf-16-be": b"\xfe\xff" + text.encode("utf-16-be"),
        "cp1258": _as_windows_writes(text),
    }
    seen = set()
    for name, body in forms.items():
        put(drop, "a.csv", body)
        pulled = pull(drop, encoding="cp1258" if name == "cp1258" else "auto")
        frame = normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=AS_OF))
        seen.add(frame.drop(columns="ref").to_csv().encode())
    assert len(seen) == 1


def _as_windows_writes(text: str) -> bytes:
    """The tone as a mark after its letter, the rest of the letter composed, as the code page has them."""
    import unicodedata

    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", letter)
            shape = [mark for mark in marks if mark not in "\u0300\u0301\u0303\u0309\u0323"]
            tones = [mark for mark in marks if mark not in shape]
            out += (unicodedata.normalize("NFC", base + "".join(shape)) + "".join(tones)).encode("cp1258")
    return bytes(out)


LEGACY = {
    "TCVN3": b"S\xe8 h\xe5 s\xac,M\xb7 \xae\xacn v\xde,Tr\xb9ng th\xb8i,Ng\xb5y ti\xd5p nh\xcbn\n1,2,4,x\n",
    "VNI": b"So\xe1 ho\xe0 s\xf4,Ma\xf5 \xf1\xf4n v\xf2,Tra\xefng tha\xf9i,Nga\xf8y tie\xe1p nha\xe4n\n1,2,4,x\n",
}


@pytest.mark.parametrize("table", LEGACY)
def test_f5_a_file_in_an_old_table_is_refused_with_what_to_do(table: str, drop: Path) -> None:
    put(drop, "a.csv", LEGACY[table])
    refused = fault(drop)
    assert (refused.code, refused.params["line"]) == ("encoding_unknown", 1)
    for sentence in (refused.sentence("vi"), next((drop.parent / "rejected").iterdir()).read_text("utf-8")):
        assert "TCVN3" in sentence
        assert "VNI" in sentence
        assert "Hãy xuất lại dạng UTF-8" in sentence


@pytest.mark.parametrize("rows", [10, 30_000])
@pytest.mark.parametrize("second", ["cp1258", "utf-16-le"])
def test_f6_two_encodings_in_one_file_are_refused_with_the_line(second: str, rows: int, drop: Path) -> None:
    """Also where the second one begins after the first blocks were read."""
    first = csv(*(f"TL.{n},31157,4,09/11/2026,Cấp giấy phép xây dựng" for n in range(rows)))
    put(drop, "a.csv", first + "TL.X,31157,4,09/11/2026,Đất".encode(second, "replace") + b"\n")
    refused = fault(drop)
    assert (refused.code, refused.params["line"]) == ("encoding_unknown", rows + 2)


# --- F13: the same, renamed, older ---


def test_f13_a_renamed_copy_and_an_older_export_change_nothing(drop: Path) -> None:
    options = {"name_date": "%Y%m%d"}
    put(drop, "d-20261120.csv", csv(*LINES))
    first = pull(drop, **options)
    assert pull(drop, before=[first], **options).unchanged
    put(drop, "copy of d-20261121.csv", csv(*LINES))
    assert pull(drop, before=[first], **options).unchanged
    put(drop, "d-20261119.csv", csv(LINES[0]))
    older = pull(drop, before=[first], **options)
    assert (older.unchanged, notes(older)) == (True, ["older_file"])


EVENT = "dossier_code,at,event\n{code},{at},extended\n"


def test_what_was_on_display_earlier_is_taken_however_late_it_is_told(drop: Path) -> None:
    options = {"dataset": "postings", "name_date": "%Y%m%d"}
    put(drop, "p-20261121.csv", b"unit_code,procedure_code,seen_on\nA,1.000001,21/11/2026\n")
    first = pull(drop, **options)
    put(drop, "p-20261119.csv", b"unit_code,procedure_code,seen_on\nB,1.000001,19/11/2026\n")
    assert values(pull(drop, before=[first], **options), "unit_code") == ["B"]


def test_a_log_of_events_that_comes_late_is_taken(drop: Path) -> None:
    """Events carry their own moment: an older file adds to them. All other deltas leave it, and a snapshot too."""
    options = {"dataset": "dossier_events", "name_date": "%Y%m%d"}
    put(drop, "e-20261121.csv", EVENT.format(code="TL.2", at="21/11/2026").encode())
    first = pull(drop, **options)
    put(drop, "e-20261120.csv", EVENT.format(code="TL.1", at="20/11/2026").encode())
    late = pull(drop, before=[first], **options)
    assert (values(late, "dossier_code"), notes(late), late.unchanged) == (["TL.1"], [], False)
    assert [record.moment for record in late.records] == [datetime(2026, 11, 20, tzinfo=HANOI)]
    assert late.data_moment == datetime(2026, 11, 21, tzinfo=HANOI)
    assert pull(drop, before=[first, late], **options).unchanged
    assert notes(pull(drop, before=[first], mode=Mode.SNAPSHOT, files="all", **options)) == ["older_file"]
