"""Which files of a drop folder are taken, and odd things found there; how their bodies are landed."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.rules.datasets import Mode
from tasks.rules.timezone import HANOI
from tasks.sources import files as files_source
from tests.drop_folder import AS_OF, LINES, csv, fault, notes, pull, put, values
from tests.pulls import Read


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def test_a_snapshot_is_the_newest_file_by_the_date_in_its_name(drop: Path) -> None:
    header = "unit_code,name,kind"
    put(drop, "units-20261122.csv", csv("1,new,ward", header=header), AS_OF - timedelta(days=30))
    put(drop, "units-20261101.csv", csv("1,old,ward", header=header))
    pulled = pull(drop, dataset="units", name_date="%Y%m%d")
    assert values(pulled, "name") == ["new"]
    assert (pulled.complete, pulled.data_moment) == (True, datetime(2026, 11, 22, tzinfo=HANOI))


def test_without_a_date_in_the_name_the_time_of_change_counts(drop: Path) -> None:
    at = AS_OF - timedelta(hours=3)
    put(drop, "b.csv", csv(LINES[0]), at)
    put(drop, "a.csv", csv(LINES[1]), at - timedelta(hours=1))
    pulled = pull(drop, files="newest")
    assert (values(pulled, "dossier_code"), pulled.data_moment) == (["00160"], at)
    assert notes(pull(drop, files="newest", name_date="%Y%m%d")) == ["no_date_in_name"] * 2


def test_a_delta_is_every_new_file_in_order(drop: Path) -> None:
    put(drop, "d-20261121-0800.csv", csv(LINES[1]))
    put(drop, "d-20261120-0800.csv", csv(LINES[0]))
    name_date = "%Y%m%d-%H%M"
    first = pull(drop, name_date=name_date)
    assert values(first, "dossier_code") == ["00160", "TL.2"]
    assert [record.moment.day for record in first.records] == [20, 21]
    assert (first.complete, first.data_moment) == (False, datetime(2026, 11, 21, 8, tzinfo=HANOI))
    put(drop, "d-20261122-0800.csv", csv("TL.3,1,4,03/04/2025,x"))
    second = pull(drop, before=[first], name_date=name_date)
    assert values(second, "dossier_code") == ["TL.3"]


def test_years_of_exports_are_not_read_again_for_their_hashes(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in (19, 20, 21):
        put(drop, f"d-202611{day}-0800.csv", csv(LINES[0], f"TL.{day},1,4,03/04/2025,x"))
    first = pull(drop, name_date="%Y%m%d-%H%M")
    put(drop, "d-20261120-0900.csv", csv("TL.9,1,4,03/04/2025,x"))  # late and unknown: told
    put(drop, "d-20261122-0800.csv", csv("TL.8,1,4,03/04/2025,x"))
    opened: list[str] = []
    read = files_source.blocks_of
    monkeypatch.setattr(
        files_source, "blocks_of", lambda s, file, most: opened.append(file.name) or read(s, file, most)
    )
    second = pull(drop, before=[first], name_date="%Y%m%d-%H%M")
    assert (values(second, "dossier_code"), notes(second)) == (["TL.8"], ["older_file"])
    assert set(opened) == {"d-20261120-0900.csv", "d-20261121-0800.csv", "d-20261122-0800.csv"}


@pytest.mark.parametrize("files", ["newest", "all"])
def test_nothing_new_is_unchanged_and_fresh(files: str, drop: Path) -> None:
    put(drop, "d-20261120.csv", csv(*LINES))
    first = pull(drop, files=files, name_date="%Y%m%d")
    put(drop, "d-20261122.csv", csv(*LINES))  # the same content again, two days newer
    again = pull(drop, before=[first], files=files, name_date="%Y%m%d")
    assert (again.unchanged, again.records, again.bodies) == (True, (), ())
    assert again.data_moment == datetime(2026, 11, 22, tzinfo=HANOI)


@pytest.mark.parametrize("files", ["newest", "all"])
def test_an_older_file_never_overwrites(files: str, drop: Path) -> None:
    newer = put(drop, "d-20261122.csv", csv(LINES[0]))
    first = pull(drop, files=files, name_date="%Y%m%d")
    if files == "newest":
        newer.unlink()
    put(drop, "d-20261120.csv", csv(LINES[1]))
    again = pull(drop, before=[first], files=files, name_date="%Y%m%d")
    assert (again.unchanged, again.records) == (True, ())
    assert notes(again) == ["older_file"]


def test_a_snapshot_that_goes_back_to_an_earlier_content_is_news(drop: Path) -> None:
    header, options = "unit_code,name,kind", {"dataset": "units", "name_date": "%Y%m%d"}
    pulls: list[Read] = []
    for day, name in ((20, "old"), (21, "new"), (22, "old")):
        put(drop, f"u-202611{day}.csv", csv(f"1,{name},ward", header=header))
        pulls.append(pull(drop, before=pulls, **options))
    assert [values(pulled, "name") for pulled in pulls] == [["old"], ["new"], ["old"]]


def test_files_of_the_future_are_left_alone(drop: Path) -> None:
    put(drop, "d-20271123.csv", csv(LINES[0]))
    assert fault(drop, name_date="%Y%m%d").code == "after_as_of"
    put(drop, "d-20261123.csv", csv(LINES[1]))
    pulled = pull(drop, name_date="%Y%m%d")
    assert (values(pulled, "dossier_code"), notes(pulled)) == (["TL.2"], ["after_as_of"])


def test_an_unfinished_file_waits_and_is_not_overtaken(drop: Path) -> None:
    put(drop, "d-20261120.csv", csv(LINES[0]), AS_OF - timedelta(hours=1))
    put(drop, "d-20261121.csv", csv(LINES[1]), AS_OF - timedelta(seconds=2))
    put(drop, "d-20261122.csv", csv(LINES[1], LINES[0]), AS_OF - timedelta(hours=1))
    settle = {"name_date": "%Y%m%d", "settle_seconds": 10, "clock": AS_OF.timestamp}
    pulled = pull(drop, **settle)
    assert (values(pulled, "dossier_code"), notes(pulled)) == (["00160"], ["not_settled"])
    (drop / "d-20261120.csv").unlink()
    waiting = fault(drop, **settle)
    assert (waiting.code, waiting.transient) == ("not_settled", True)


def test_an_unfinished_snapshot_falls_back_to_the_one_before(drop: Path) -> None:
    put(drop, "a.csv", csv(LINES[0]), AS_OF - timedelta(hours=1))
    put(drop, "b.csv", csv(LINES[1]), AS_OF)
    pulled = pull(drop, mode=Mode.SNAPSHOT, settle_seconds=10, clock=AS_OF.timestamp)
    assert values(pulled, "dossier_code") == ["00160"]


# --- odd things in a folder ---


def test_links_and_odd_names_are_not_read(drop: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv(*LINES))
    (drop / "link.csv").symlink_to(secret)
    assert fault(drop).code == "symlink"
    (drop / "folder.csv").mkdir()
    os.mkfifo(drop / "pipe.csv")
    put(drop, "a\nb.csv", csv(*LINES))
    put(drop, ".hidden.csv", csv(*LINES))
    put(drop, "~$open.csv", csv(*LINES))
    put(drop, "good.csv", csv(LINES[0]))
    pulled = pull(drop)
    assert values(pulled, "dossier_code") == ["00160"]
    assert sorted(notes(pulled)) == ["bad_file_name", "symlink", "symlink", "symlink"]
    assert "\n" not in "".join(note.text() for note in pulled.notes)


def test_a_link_put_in_place_between_listing_and_reading_is_refused(drop: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(csv(*LINES))
    path = put(drop, "a.csv", csv(*LINES))

    def swap() -> float:
        path.unlink()
        path.symlink_to(tmp_path / "secret.csv")
        return AS_OF.timestamp()

    assert fault(drop, settle_seconds=1, clock=swap).code == "symlink"


def test_a_file_that_grows_between_listing_and_reading_waits(drop: Path) -> None:
    path = put(drop, "a.csv", csv(*LINES))

    def grow() -> float:
        with path.open("ab") as file:
            file.write(b"TL.3,")
        return AS_OF.timestamp() * 2

    assert fault(drop, settle_seconds=1, clock=grow).code == "not_settled"


def test_folders_and_files_that_are_not_there(drop: Path) -> None:
    assert fault(drop).code == "no_file"
    assert fault(drop / "nowhere").code == "folder_missing"
    put(drop, "a.csv", csv(*LINES))
    assert fault(drop, max_bytes=10).code == "file_too_large"
    put(drop, "a.docx", b"PK")
    assert fault(drop, pattern="*.docx").code == "format_unsupported"


# --- landing ---


def test_a_body_is_landed_once_readable_by_nobody_else_and_swept_by_age(drop: Path) -> None:
    put(drop, "a.csv", csv(*LINES))
    pulled = pull(drop)
    landing = Landing(drop.parent / "landing")
    body = pulled.bodies[0]
    path = landing.root / body.path
    assert (path.stat().st_mode & 0o777, path.name, body.bytes) == (0o600, f"{body.sha256}.gz", len(csv(*LINES)))
    assert landing.read(body.sha256) == csv(*LINES)
    landing.land("other", "b.csv", csv(*LINES), AS_OF, AS_OF + timedelta(days=1))
    assert [p.name for p in landing.root.rglob("*") if p.is_file()] == [path.name]
    assert landing.sweep(AS_OF + timedelta(days=1)) == []
    (path.parent / "broken.part").write_bytes(b"x")
    os.utime(path.parent / "broken.part", (0, 0))
    assert landing.sweep(AS_OF + timedelta(days=1, seconds=1)) == [body.sha256]
    assert list(path.parent.iterdir()) == []
