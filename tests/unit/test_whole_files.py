"""A file that people open is whole at every moment, also when two runs write it at once."""

import stat
from contextlib import ExitStack
from pathlib import Path

import pytest

from tasks.whole_files import whole_file, write_whole


def test_two_that_write_at_once_never_show_half_a_file(tmp_path: Path) -> None:
    path, first, second = tmp_path / "a.html", ExitStack(), ExitStack()
    first.enter_context(whole_file(path)).write(b"first")
    out = second.enter_context(whole_file(path))
    out.write(b"sec")
    first.close()
    assert path.read_bytes() == b"first"
    out.write(b"ond")
    second.close()
    assert path.read_bytes() == b"second"
    assert [one.name for one in tmp_path.iterdir()] == ["a.html"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.html", "before")
    with pytest.raises(TypeError), whole_file(tmp_path / "a.html") as out:
        out.writelines([b"half", None])
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a.html", "before")]
