"""Drop folders as they are found in the field: real files, each trap once, refused or taken whole."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS, Mode
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest, SourceFault
from tasks.sources.files import FilesSource
from tests.pulls import Read, normalised, read

AS_OF = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
HEADER = "Mã hồ sơ,Mã đơn vị,Trạng thái,Ngày tiếp nhận,Tên thủ tục"
ROWS = ("00160,31157,Đang xử lý,03/04/2025,Cấp giấy phép", "TL.2,01,4,09/11/2026 09:10,NA")


def csv(*rows: str, header: str = HEADER) -> bytes:
    return ("\r\n".join([header, *rows]) + "\r\n").encode()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def put(folder: Path, name: str, body: bytes, at: datetime = AS_OF - timedelta(hours=1)) -> Path:
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def source(folder: Path, dataset: str = "dossiers", pattern: str = "*.csv", **changes: object) -> FilesSource:
    return FilesSource(name="drop", dataset=DATASETS[dataset], path=folder / pattern, **changes)


def pull(folder: Path, pulled_before: Sequence[Read] = (), **changes: object) -> Read:
    """A pull in a warehouse that promoted those pulls."""
    bodies = [body for pulled in pulled_before for body in pulled.bodies]
    newest = max((body.data_moment for body in bodies), default=None)
    request = PullRequest(
        as_of=AS_OF,
        promoted=frozenset(body.sha256 for body in bodies),
        newest_promoted=newest,
        newest_hashes=frozenset(body.sha256 for body in bodies if body.data_moment == newest),
    )
    return read(source(folder, **changes).pull(request, Landing(folder.parent / "landing")))


def fault(folder: Path, **changes: object) -> SourceFault:
    with pytest.raises(SourceFault) as caught:
        pull(folder, **changes)
    return caught.value


def values(pulled: Read, column: str) -> list[str | None]:
    return [record.values.get(column) for record in pulled.records]


def notes(pulled: Read) -> list[str]:
    return [note.code for note in pulled.notes]


# --- what a file says ---


def test_rows_come_as_text_under_canonical_names(drop: Path) -> None:
    put(drop, "a.csv", csv(*ROWS))
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
    put(drop, "a.csv", csv(*ROWS).decode().encode(encoding))
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
    put(drop, "a.csv", csv(*ROWS) + b"TL.3,31157," + tcvn3 + b",09/11/2026,x\r\n")
    refused = fault(drop)
    assert (refused.code, refused.params["line"], refused.params["file"]) == ("encoding_unknown", 4, "a.csv")
    assert "UTF-8" in refused.sentence("vi")
    assert fault(drop, encoding="tcvn3").code == "encoding_unsupported"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_heading_row_tells_the_delimiter(delimiter: str, drop: Path) -> None:
    rows = [HEADER.replace(",", delimiter), delimiter.join(["1", "2", "4", "03/04/2025", '"a, b; c"'])]
    put(drop, "a.csv", "\n".join(rows).encode())
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
        (f"{HEADER},Số hồ sơ", "duplicate_column", "dossier_code"),
        (f"{HEADER},{HEADER}", "duplicate_column", "dossier_code, procedure_name, received_at, status, unit_code"),
    ],
)
def test_a_header_that_leaves_doubt_refuses_the_file(header: str, code: str, columns: str, drop: Path) -> None:
    put(drop, "a.csv", csv(*ROWS, header=header))
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
    rows = list(ROWS)
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
    put(drop, "a.csv", b"\n,,\n" + csv(ROWS[0], "", ",,,,", " , ,\u00a0,,".encode().decode(), ROWS[1]))
    pulled = pull(drop)
    assert [record.ref.split("#")[1] for record in pulled.records] == ["4", "8"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (csv(*ROWS) + b'TL.3,"31157,4,03/04/2025,x\r\n', "broken_quotes"),
        (csv(ROWS[0], '"TL.3,31157,4,03/04/2025,x', ROWS[1], '"TL.4,31157,4,03/04/2025,x'), "broken_quotes"),
        (csv(*ROWS) + b"TL.3,31157,4,03/04/2025,a\x00b\r\n", "nul_in_file"),
        (csv(*ROWS) + b'TL.3,31157,4,03/04/2025,"' + b"x" * 200_000 + b'"\r\n', "broken_quotes"),
        (b"", "no_header"),
        (b"\r\n\r\n", "no_header"),
    ],
)
def test_a_damaged_file_is_refused_whole(body: bytes, code: str, drop: Path) -> None:
    put(drop, "a.csv", body)
    assert fault(drop).code == code


def test_a_file_cut_anywhere_never_loses_rows_in_silence(drop: Path) -> None:
    whole = csv(*(f'TL.{n},31157,4,09/11/2026 09:10,"Cấp, đổi {n}"' for n in range(20)))
    codes = [f"TL.{n}" for n in range(20)]
    for cut in range(1, len(whole), len(whole) // 50):
        put(drop, "a.csv", whole[:cut])
        try:
            pulled = pull(drop)
        except SourceFault:
            continue
        told = [record.values.get("dossier_code") for record in pulled.records if not record.malformed]
        assert told == codes[: len(told)]
        assert whole[:cut].endswith(b"\n") or "no_final_newline" in notes(pulled) or not told


# --- which files are taken ---


def test_a_snapshot_is_the_newest_file_by_the_date_in_its_name(drop: Path) -> None:
    header = "unit_code,name,kind"
    put(drop, "units-20261122.csv", csv("1,new,ward", header=header), AS_OF - timedelta(days=30))
    put(drop, "units-20261101.csv", csv("1,old,ward", header=header))
    pulled = pull(drop, dataset="units", name_date="%Y%m%d")
    assert values(pulled, "name") == ["new"]
    assert (pulled.complete, pulled.data_moment) == (True, datetime(2026, 11, 22, tzinfo=HANOI))


def test_without_a_date_in_the_name_the_time_of_change_counts(drop: Path) -> None:
    at = AS_OF - timedelta(hours=3)
    put(drop, "b.csv", csv(ROWS[0]), at)
    put(drop, "a.csv", csv(ROWS[1]), at - timedelta(hours=1))
    pulled = pull(drop, files="newest")
    assert (values(pulled, "dossier_code"), pulled.data_moment) == (["00160"], at)
    assert notes(pull(drop, files="newest", name_date="%Y%m%d")) == ["no_date_in_name"] * 2


def test_a_delta_is_every_new_file_in_order(drop: Path) -> None:
    put(drop, "d-20261121-0800.csv", csv(ROWS[1]))
    put(drop, "d-20261120-0800.csv", csv(ROWS[0]))
    name_date = "%Y%m%d-%H%M"
    first = pull(drop, name_date=name_date)
    assert values(first, "dossier_code") == ["00160", "TL.2"]
    assert [record.moment.day for record in first.records] == [20, 21]
    assert (first.complete, first.data_moment) == (False, datetime(2026, 11, 21, 8, tzinfo=HANOI))
    put(drop, "d-20261122-0800.csv", csv("TL.3,1,4,03/04/2025,x"))
    second = pull(drop, [first], name_date=name_date)
    assert values(second, "dossier_code") == ["TL.3"]


@pytest.mark.parametrize("files", ["newest", "all"])
def test_nothing_new_is_unchanged_and_fresh(files: str, drop: Path) -> None:
    put(drop, "d-20261120.csv", csv(*ROWS))
    first = pull(drop, files=files, name_date="%Y%m%d")
    put(drop, "d-20261122.csv", csv(*ROWS))  # the same content again, two days newer
    again = pull(drop, [first], files=files, name_date="%Y%m%d")
    assert (again.unchanged, again.records, again.bodies) == (True, (), ())
    assert again.data_moment == datetime(2026, 11, 22, tzinfo=HANOI)


@pytest.mark.parametrize("files", ["newest", "all"])
def test_an_older_file_never_overwrites(files: str, drop: Path) -> None:
    newer = put(drop, "d-20261122.csv", csv(ROWS[0]))
    first = pull(drop, files=files, name_date="%Y%m%d")
    if files == "newest":
        newer.unlink()
    put(drop, "d-20261120.csv", csv(ROWS[1]))
    again = pull(drop, [first], files=files, name_date="%Y%m%d")
    assert (again.unchanged, again.records) == (True, ())
    assert notes(again) == ["older_file"]


def test_a_snapshot_that_goes_back_to_an_earlier_content_is_news(drop: Path) -> None:
    header, options = "unit_code,name,kind", {"dataset": "units", "name_date": "%Y%m%d"}
    pulls: list[Read] = []
    for day, name in ((20, "old"), (21, "new"), (22, "old")):
        put(drop, f"u-202611{day}.csv", csv(f"1,{name},ward", header=header))
        pulls.append(pull(drop, pulls, **options))
    assert [values(pulled, "name") for pulled in pulls] == [["old"], ["new"], ["old"]]


def test_files_of_the_future_are_left_alone(drop: Path) -> None:
    put(drop, "d-20271123.csv", csv(ROWS[0]))
    assert fault(drop, name_date="%Y%m%d").code == "after_as_of"
    put(drop, "d-20261123.csv", csv(ROWS[1]))
    pulled = pull(drop, name_date="%Y%m%d")
    assert (values(pulled, "dossier_code"), notes(pulled)) == (["TL.2"], ["after_as_of"])


def test_an_unfinished_file_waits_and_is_not_overtaken(drop: Path) -> None:
    put(drop, "d-20261120.csv", csv(ROWS[0]), AS_OF - timedelta(hours=1))
    put(drop, "d-20261121.csv", csv(ROWS[1]), AS_OF - timedelta(seconds=2))
    put(drop, "d-20261122.csv", csv(ROWS[1], ROWS[0]), AS_OF - timedelta(hours=1))
    settle = {"name_date": "%Y%m%d", "settle_seconds": 10, "clock": AS_OF.timestamp}
    pulled = pull(drop, **settle)
    assert (values(pulled, "dossier_code"), notes(pulled)) == (["00160"], ["not_settled"])
    (drop / "d-20261120.csv").unlink()
    waiting = fault(drop, **settle)
    assert (waiting.code, waiting.transient) == ("not_settled", True)


def test_an_unfinished_snapshot_falls_back_to_the_one_before(drop: Path) -> None:
    put(drop, "a.csv", csv(ROWS[0]), AS_OF - timedelta(hours=1))
    put(drop, "b.csv", csv(ROWS[1]), AS_OF)
    pulled = pull(drop, mode=Mode.SNAPSHOT, settle_seconds=10, clock=AS_OF.timestamp)
    assert values(pulled, "dossier_code") == ["00160"]


# --- odd things in a folder ---


def test_links_and_odd_names_are_not_read(drop: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv(*ROWS))
    (drop / "link.csv").symlink_to(secret)
    assert fault(drop).code == "symlink"
    (drop / "folder.csv").mkdir()
    os.mkfifo(drop / "pipe.csv")
    put(drop, "a\nb.csv", csv(*ROWS))
    put(drop, ".hidden.csv", csv(*ROWS))
    put(drop, "~$open.csv", csv(*ROWS))
    put(drop, "good.csv", csv(ROWS[0]))
    pulled = pull(drop)
    assert values(pulled, "dossier_code") == ["00160"]
    assert sorted(notes(pulled)) == ["bad_file_name", "symlink", "symlink", "symlink"]
    assert "\n" not in "".join(note.text() for note in pulled.notes)


def test_a_link_put_in_place_between_listing_and_reading_is_refused(drop: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(csv(*ROWS))
    path = put(drop, "a.csv", csv(*ROWS))

    def swap() -> float:
        path.unlink()
        path.symlink_to(tmp_path / "secret.csv")
        return AS_OF.timestamp()

    assert fault(drop, settle_seconds=1, clock=swap).code == "symlink"


def test_a_file_that_grows_between_listing_and_reading_waits(drop: Path) -> None:
    path = put(drop, "a.csv", csv(*ROWS))

    def grow() -> float:
        with path.open("ab") as file:
            file.write(b"TL.3,")
        return AS_OF.timestamp() * 2

    assert fault(drop, settle_seconds=1, clock=grow).code == "not_settled"


def test_folders_and_files_that_are_not_there(drop: Path) -> None:
    assert fault(drop).code == "no_file"
    assert fault(drop / "nowhere").code == "folder_missing"
    put(drop, "a.csv", csv(*ROWS))
    assert fault(drop, max_bytes=10).code == "file_too_large"
    put(drop, "a.docx", b"PK")
    assert fault(drop, pattern="*.docx").code == "format_unsupported"


# --- landing ---


def test_a_body_is_landed_once_readable_by_nobody_else_and_swept_by_age(drop: Path) -> None:
    put(drop, "a.csv", csv(*ROWS))
    pulled = pull(drop)
    landing = Landing(drop.parent / "landing")
    body = pulled.bodies[0]
    path = landing.root / body.path
    assert (path.stat().st_mode & 0o777, path.name, body.bytes) == (0o600, f"{body.sha256}.gz", len(csv(*ROWS)))
    assert landing.read(body.sha256) == csv(*ROWS)
    before = path.stat().st_ino
    landing.land("other", "b.csv", csv(*ROWS), AS_OF, AS_OF + timedelta(days=1))
    assert path.stat().st_ino == before
    assert landing.sweep(AS_OF + timedelta(days=1)) == []
    (path.parent / "broken.part").write_bytes(b"x")
    os.utime(path.parent / "broken.part", (0, 0))
    assert landing.sweep(AS_OF + timedelta(days=1, seconds=1)) == [body.sha256]
    assert list(path.parent.iterdir()) == []
