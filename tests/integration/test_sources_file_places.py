"""Names and places that play tricks: links, odd names, folders not to be read, landings that are full or harmed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import PullRequest, SourceFault
from tests.drop_folder import AS_OF, LINES, csv, fault, notes, pull, put, source, values
from tests.pulls import Read, read


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def told(pulled: Read) -> list[str]:
    return [code for code in values(pulled, "dossier_code") if code is not None]


# --- F14: names ---


def test_f14_names_play_no_tricks(drop: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv("SECRET,1,4,09/11/2026,x"))
    (drop / "a.csv").symlink_to("/etc/passwd")
    (drop / "b.csv").symlink_to(secret)
    (drop / "\u202ecsv.c.csv").write_bytes(csv("BIDI,1,4,09/11/2026,x"))
    (drop / "new\nline.csv").write_bytes(csv("LINE,1,4,09/11/2026,x"))
    Path(os.fsdecode(os.fsencode(drop) + b"/\xff\xfe.csv")).write_bytes(csv("BYTES,1,4,09/11/2026,x"))
    long = "ề" * 83 + "ab.csv"
    assert len(long.encode()) == 255
    for number, name in enumerate((long, "=cmd.csv", "a..%2fx.csv", "-rf.csv")):
        put(drop, name, csv(f"TL.{number},1,4,09/11/2026,x"))
    pulled = pull(drop)
    assert sorted(told(pulled)) == ["TL.0", "TL.1", "TL.2", "TL.3"]
    assert sorted(notes(pulled)) == ["bad_file_name"] * 3 + ["symlink"] * 2
    assert all(text.isprintable() for text in (note.text() for note in pulled.notes))
    kept = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {"drop", "landing", "secret.csv"}


def test_f14_a_pattern_with_a_path_in_it_stays_in_its_folder(drop: Path) -> None:
    put(drop.parent, "x.csv", csv(*LINES))
    assert fault(drop, pattern="..*x.csv").code == "no_file"


# --- F15: folders that cannot be read, landings that cannot be written ---


def test_f15_a_folder_that_is_none_and_a_name_too_long(drop: Path) -> None:
    put(drop, "a.csv", csv(*LINES))
    assert fault(drop / "a.csv").code == "folder_unreadable"
    assert fault(drop / ("x" * 300)).code == "folder_unreadable"
    assert fault(drop / "a.csv").transient


FULL = """
import json, resource, signal, sys
sys.path.insert(0, sys.argv[1])
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tasks.intake.landing import Landing
from tasks.rules.datasets import DATASETS
from tasks.sources.base import PullRequest
from tasks.sources.files import FilesSource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
drop, told = Path(sys.argv[2]), []
source = FilesSource(name="drop", dataset=DATASETS["dossiers"], path=drop / "*")
for room in range(0, 60_000, 5_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        source.pull(PullRequest(as_of=datetime(2026, 11, 24, tzinfo=timezone.utc)), Landing(drop.parent / "landing"))
    except OSError as error:
        told.append([error.errno, [str(p) for p in (drop.parent / "landing").rglob("*") if p.is_file()]])
sys.stdout.write(json.dumps(told))
"""


def test_f15_a_full_landing_leaves_the_file_and_nothing_half(drop: Path) -> None:
    """The disk ends after each of some sizes: nothing is kept, the file stays, and with room again all comes."""
    rows = [f"TL.{os.urandom(8).hex()},31157,4,09/11/2026,x" for _ in range(5000)]
    path = put(drop, "a.csv", csv(*rows))
    command = [sys.executable, "-c", FULL, str(Path(__file__).parents[2]), str(drop)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [[27, []]] * 12
    assert path.read_bytes() == csv(*rows)
    assert len(told(pull(drop))) == 5000


def test_f15_a_landing_where_a_file_stands_is_no_fault_of_the_office(drop: Path) -> None:
    put(drop, "a.csv", csv(*LINES))
    (drop.parent / "landing").write_bytes(b"")
    with pytest.raises(OSError, match="landing"):
        pull(drop)
    assert not (drop.parent / "rejected").exists()


@pytest.mark.parametrize("harm", ["gone", "cut", "flipped", "longer", "other"])
def test_f15_a_landed_body_that_was_harmed_is_never_loaded(harm: str, drop: Path) -> None:
    """Found while the parts are read, at the latest when the last one was."""
    put(drop, "a.csv", csv(*(f"TL.{n},31157,4,09/11/2026,x" for n in range(200))))
    landing = Landing(drop.parent / "landing")
    pulled = source(drop).pull(PullRequest(as_of=AS_OF), landing)
    path = landing.root / pulled.bodies[0].path
    packed = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "other":
        other = landing.land("drop", "b.csv", csv(*LINES), AS_OF, AS_OF)
        path.write_bytes((landing.root / other.path).read_bytes())
    else:
        middle = len(packed) // 2
        flipped = packed[:middle] + bytes([packed[middle] ^ 1]) + packed[middle + 1 :]
        path.write_bytes({"cut": packed[:-9], "flipped": flipped, "longer": packed + b"x"}[harm])
    with pytest.raises(SourceFault) as caught:
        read(pulled)
    assert caught.value.code in ("landing_unreadable", "encoding_unknown", "broken_quotes", "nul_in_file")
    if harm != "flipped":
        assert (caught.value.code, caught.value.transient) == ("landing_unreadable", True)
