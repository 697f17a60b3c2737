"""One bad file among the files of a delta: left out whole and told of, the others are taken."""

from datetime import timedelta
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.outcome import exit_status
from tasks.rules.datasets import Mode
from tasks.sources import file_parts
from tasks.sources.base import PullRequest
from tests.drop_folder import AS_OF, csv, fault, notes, pull, put, source, values
from tests.flows.village import DAWN, dossier
from tests.pulls import read
from tests.quarantine_stage import Stage
from warehouse import current, loads

HOUR = timedelta(hours=1)

DATED = {"name_date": "%Y%m%d"}
GOOD, LATER = csv("TL.1,1,4,09/11/2026,x"), csv("TL.9,1,4,09/11/2026,x")
MANY = [f"TL.{n},1,4,09/11/2026,x" for n in range(2000)]
BAD = {
    "another encoding": (csv(*MANY) + b"TL.X,1,4,09/11/2026,\xa7\xb5\n", "encoding_unknown"),
    "an open quote": (csv(*MANY) + b'TL.X,1,4,09/11/2026,"x\n', "broken_quotes"),
    "NUL": (csv(*MANY) + b"TL.X,1,4,\x00,x\n", "nul_in_file"),
    "no status": (csv("TL.X,1,09/11/2026", header="Mã hồ sơ,Mã đơn vị,Ngày tiếp nhận"), "missing_column"),
    "nothing": (b"", "no_header"),
    "too large": (csv(*MANY, *MANY, *MANY), "file_too_large"),
}


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_keeps_no_other_one_out(what: str, drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one whose fault comes after its first parts: none of them is given."""
    monkeypatch.setattr(file_parts, "PART_ROWS", 500)
    body, code = BAD[what]
    put(drop, "d-20261119.csv", GOOD)
    put(drop, "d-20261120.csv", body)
    put(drop, "d-20261121.csv", LATER)
    pulled = source(drop, max_bytes=120_000, **DATED).pull(PullRequest(as_of=AS_OF), Landing(drop.parent / "landing"))
    done = read(pulled)
    assert values(done, "dossier_code") == ["TL.1", "TL.9"]
    assert ([fault.code for fault in pulled.refused.values()], code in notes(done)) == ([code], True)
    assert [body.name for body in pulled.taken] == ["d-20261119.csv", "d-20261121.csv"]
    assert pulled.told_moment == pulled.data_moment
    told = [path.name for path in (drop.parent / "rejected").glob("*")]
    assert [name.startswith("d-20261120.csv.") for name in told] == [True] * (what != "too large")


@pytest.mark.parametrize("what", BAD)
def test_the_newest_being_bad_the_data_are_as_old_as_the_file_before(what: str, drop: Path) -> None:
    put(drop, "d-20261119.csv", GOOD)
    before = pull(drop, **DATED)
    put(drop, "d-20261120.csv", LATER)
    put(drop, "d-20261121.csv", BAD[what][0])
    pulled = source(drop, max_bytes=120_000, **DATED).pull(
        PullRequest(as_of=AS_OF, promoted=frozenset({before.bodies[0].sha256})), Landing(drop.parent / "landing")
    )
    assert values(read(pulled), "dossier_code") == ["TL.9"]
    assert pulled.told_moment.day == (20 if what != "too large" else pulled.data_moment.day)


@pytest.mark.parametrize("what", BAD)
def test_where_no_other_file_is_new_the_bad_one_is_the_fault(what: str, drop: Path) -> None:
    put(drop, "d-20261119.csv", GOOD)
    before = pull(drop, **DATED)
    put(drop, "d-20261120.csv", BAD[what][0])
    options = {"before": [before], "max_bytes": 120_000, **DATED}
    assert fault(drop, **options).code == fault(drop, **options).code == BAD[what][1]
    put(drop, "d-20261121 mended.csv", LATER)
    assert values(pull(drop, **options), "dossier_code") == ["TL.9"]


@pytest.mark.parametrize("what", BAD)
def test_of_a_snapshot_nothing_may_be_left_out(what: str, drop: Path) -> None:
    """What a list of everything lacks has ended."""
    put(drop, "d-20261119.csv", GOOD)
    put(drop, "d-20261120.csv", BAD[what][0])
    refused = fault(drop, mode=Mode.SNAPSHOT, files="all", max_bytes=120_000, **DATED)
    assert refused.code == BAD[what][1]


@pytest.mark.parametrize(
    ("options", "read_again"), [(DATED, True), ({}, False), ({"dataset": "dossier_events", **DATED}, False)]
)
def test_dossiers_that_go_back_are_news(options: dict[str, str], read_again: bool, drop: Path) -> None:
    """Under a newer date in the name; the time of change alone may be that of a copy."""
    events = [b"dossier_code,at,event\nTL.%d,21/11/2026,extended\n" % n for n in (1, 2)]
    first, second = events if "dataset" in options else (GOOD, LATER)
    put(drop, "d-20261119.csv", first, AS_OF - 3 * HOUR)
    before = [pull(drop, **options)]
    put(drop, "d-20261120.csv", second, AS_OF - 2 * HOUR)
    before.append(pull(drop, before=before, **options))
    assert pull(drop, before=before, **options).unchanged
    put(drop, "d-20261121.csv", first, AS_OF - HOUR)
    again = pull(drop, before=before, **options)
    assert (again.unchanged, values(again, "dossier_code")) == (not read_again, ["TL.1"] * read_again)


def test_what_was_left_out_is_told_of_a_load_that_succeeded(tmp_path: Path) -> None:
    """The run ends 3, the rest is in, and the mended file comes in under a name of its own."""
    stage = Stage(tmp_path / "village")
    stage.sync()
    bad, mended = dossier(77, "A"), stage.village.drops / f"ho-so-{DAWN + 3 * HOUR:%Y%m%d-%H%M}.csv"
    (file := stage.village.drop("ho-so", [bad], DAWN + HOUR)).write_bytes(file.read_bytes() + b"\xff\n")
    stage.drop(dossier(78, "A"), at=DAWN + 2 * HOUR)
    run = stage.sync(DAWN + 2 * HOUR)
    line = run.sources["ho-so"]
    assert (line.state, line.error_code, file.name in line.error) == ("promoted", "encoding_unknown", True)
    assert exit_status(run.sources.values(), [], "") == 3
    stored = stage.reading(lambda conn: loads.load_of(conn, run.run_id, "ho-so"))
    assert (stored["state"], stored["error_code"], stored["error"]) == ("promoted", line.error_code, line.error)
    assert codes_of(stage) & {"H00.A-0077", "H00.A-0078"} == {"H00.A-0078"}
    mended.write_bytes(file.read_bytes()[:-2])
    assert exit_status(stage.sync(DAWN + 4 * HOUR).sources.values(), [], "") == 0
    assert codes_of(stage) & {"H00.A-0077", "H00.A-0078"} == {"H00.A-0077", "H00.A-0078"}


def codes_of(stage: Stage) -> set[str]:
    return {row["dossier_code"] for row in stage.reading(lambda conn: current.current_rows(conn, "dossiers"))}
