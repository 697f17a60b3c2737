"""A drop folder looked at for comparison: every file that counts, promoted or not, and nobody is told of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.intake.landing import Landing
from tasks.rules.datasets import DATASETS, Mode
from tasks.sources.base import SourceFault
from tasks.sources.files import FilesSource
from tasks.sources.looking import Look, Looked
from tests.drop_folder import AS_OF, HEADING, put
from tests.pulls import Read, read

ASKED = Look(as_of=AS_OF)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "drop"
    path.mkdir()
    return path


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing", dry=True)


def source(folder: Path, **changes: Any) -> FilesSource:
    usual: dict[str, Any] = {"dataset": DATASETS["dossiers"], "name_date": "%Y%m%d"}
    return FilesSource(name="xa", path=folder / "*.csv", **(usual | changes))


def drop(folder: Path, day: int, *codes: str, minutes: int = 60) -> Path:
    lines = [HEADING, *(f"{code},01,4,09/11/2026 09:10,NA" for code in codes), ""]
    return put(folder, f"hs-202611{day:02}.csv", "\n".join(lines).encode(), AS_OF - timedelta(minutes=minutes))


def codes(told: Read) -> list[str | None]:
    return [record.values["dossier_code"] for record in told.records]


def look(folder: Path, landing: Landing, **changes: Any) -> tuple[Looked, Read]:
    looked = source(folder, **changes).look(ASKED, landing)
    return looked, read(looked.pulled)


def test_every_file_is_read_where_all_count(folder: Path, landing: Landing) -> None:
    for day in (19, 20, 21):
        drop(folder, day, f"TL.{day}")
    looked, told = look(folder, landing)
    assert codes(told) == ["TL.19", "TL.20", "TL.21"]
    assert looked.names == looked.names_read == {"hs-20261119.csv", "hs-20261120.csv", "hs-20261121.csv"}
    assert (looked.complete, looked.requests) == (False, 3), "a row of a file that has gone cannot be known"


@pytest.mark.parametrize("changes", [{"files": "newest"}, {"mode": Mode.SNAPSHOT}])
def test_the_newest_file_tells_everything_where_it_counts_alone(
    folder: Path, landing: Landing, changes: dict[str, Any]
) -> None:
    drop(folder, 19, "TL.1"), drop(folder, 20, "TL.2", "TL.3")
    looked, told = look(folder, landing, **changes)
    assert codes(told) == ["TL.2", "TL.3"]
    assert (looked.complete, looked.names_read) == (True, {"hs-20261120.csv"})
    assert len(looked.names) == 2


@pytest.mark.parametrize(("newest", "why"), [(21, "unfinished"), (30, "dated ahead")])
def test_an_older_file_does_not_tell_everything(folder: Path, landing: Landing, newest: int, why: str) -> None:
    drop(folder, 20, "TL.1"), drop(folder, newest, "TL.2", minutes=0)
    still = {"settle_seconds": 60.0, "clock": AS_OF.timestamp} if why == "unfinished" else {}
    looked, told = look(folder, landing, files="newest", **still)
    assert (codes(told), looked.complete) == (["TL.1"], False)
    assert f"hs-202611{newest}.csv" in looked.names - looked.names_read


def test_a_refused_file_is_there_and_not_read_and_its_sender_hears_nothing(folder: Path, landing: Landing) -> None:
    drop(folder, 19, "TL.1")
    put(folder, "hs-20261120.csv", b"Khong,phai,ho,so\n1,2,3,4\n")
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    looked, told = look(folder, landing)
    assert codes(told) == ["TL.1"]
    assert looked.names - looked.names_read == {"hs-20261120.csv"}
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert not landing.root.exists()


def test_files_cannot_be_counted_or_asked_again(folder: Path, landing: Landing) -> None:
    seen = source(folder)
    assert seen.segments(ASKED) is seen.counts(ASKED) is seen.again(ASKED, ["TL.1"], landing) is None


def test_an_empty_folder_is_a_fault_and_a_landing_that_keeps_is_refused(folder: Path, landing: Landing) -> None:
    with pytest.raises(SourceFault) as caught:
        source(folder).look(ASKED, landing)
    assert caught.value.code == "no_file"
    with pytest.raises(ValueError, match="no trace"):
        source(folder).look(ASKED, Landing(landing.root))
