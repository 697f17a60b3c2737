"""The store of bodies on a disk that does not always give back what it was given."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.intake.landing import Landing, LandingError

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BODY = b"code,unit\nTL.1,H13.10\n" * 99


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: whole[:-9],
        lambda whole: whole + b"x",
        lambda whole: whole[:20] + b"\x00" + whole[21:],
        lambda whole: b"\x1f\x8bdamaged",
    ],
    ids=["emptied", "cut", "longer", "a byte changed", "something else"],
)
def test_a_damaged_body_heals_when_it_is_landed_again(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    body = landing.land("drop", "a.csv", BODY, NOW, NOW)
    path = tmp_path / body.path
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(LandingError) as caught:
        landing.read(body.sha256)
    assert caught.value.code == "damaged"
    assert landing.land("drop", "a.csv", BODY, NOW, NOW) == body
    assert landing.read(body.sha256) == BODY
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("dry", [True, False])
def test_a_body_may_be_read_twice_at_the_same_time(dry: bool, tmp_path: Path) -> None:
    landing, whole = Landing(tmp_path, dry=dry), b"".join(b"TL.%d,H13\n" % n for n in range(400_000))
    body = landing.land("drop", "a.csv", whole, NOW, NOW)
    slow = landing.blocks(body.sha256)
    first = next(slow)
    assert landing.read(body.sha256) == whole
    assert first + b"".join(slow) == whole
