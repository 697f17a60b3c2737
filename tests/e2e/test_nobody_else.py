"""X9, X10: a morning on a machine without a network asks nobody but itself, and what it writes is for nobody else.

One process tree: the starter, its first morning and a backup, in a network of its own, with a umask that allows all.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.trial
ALONE = ("unshare", "-rn")
STORY = """
set -e
umask 000
python -c 'import fcntl, socket, struct
with socket.socket() as any: fcntl.ioctl(any, 0x8914, struct.pack("16sh", b"lo", 1))'
watched="strace -f -qq --seccomp-bpf -e trace=connect,sendto,sendmsg -o connects"
python -m deployments init place
$watched python -m deployments --config place/dondoc.toml run morning --as-of 2026-11-23T07:30
python -m deployments --config place/dondoc.toml backup --landing
"""
ELSEWHERE = re.compile(r'sa_family=AF_INET6?,.*inet_(?:addr|pton)\((?:AF_INET6, )?"(?!127\.|::1")([^"]+)"')


def can(*words: str) -> bool:
    return shutil.which(words[0]) is not None and subprocess.run([*words, "true"], check=False).returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (can(*ALONE) and can("strace", "-o", os.devnull)):
        pytest.skip("needs a network of its own and strace")
    made = tmp_path_factory.mktemp("alone")
    root = Path(__file__).parents[2]
    words = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(root)}
    words |= {"HOME": str(made), "DONDOC_WAREHOUSE__SANDBOX": "true"}
    done = subprocess.run([*ALONE, "sh", "-c", STORY], cwd=made, env=words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2026-11-23T07:30" in done.stdout
    return made


def test_nobody_but_this_machine_was_asked(folder: Path) -> None:
    told = (folder / "connects").read_text(encoding="utf-8")
    assert "127.0.0.1" in told  # the watch works: Prefect's own server was
    assert sorted(set(ELSEWHERE.findall(told))) == []


def test_the_watch_would_have_seen_it() -> None:
    seen = 'connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1'
    six = (
        'connect(5, {sa_family=AF_INET6, sin6_port=htons(53), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28) = -1'
    )
    near = seen.replace("192.0.2.7", "127.0.0.1")
    assert [ELSEWHERE.findall(line) for line in (seen, six, near)] == [["192.0.2.7"], ["2001:db8::1"], []]


def test_what_was_written_is_for_nobody_else(folder: Path) -> None:
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in (folder / "place").rglob("*")}
    files = {path for path in found if path.is_file()}
    kinds = {path.suffix for path in files}
    assert kinds >= {".sqlite3", ".gz", ".zip", ".json", ".toml"}
    assert [path.name for path in files if found[path] & ~0o640] == []
    assert [path.name for path in found.keys() - files if found[path] & ~0o750] == []
