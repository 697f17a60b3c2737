"""Runs on a disk of their own that is too small, then larger: a tmpfs that only the child sees; it goes with it."""

import ctypes
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.fault_runs import Ended, run_once
from warehouse.dump import dump
from warehouse.engine import open_engine

_NEW_MOUNTS, _PRIVATE, _REMOUNT, _READ_ONLY = 0x20000, 0x44000, 0x20, 0x1


def mounted(place: Path, options: str, flags: int = 0) -> bool:
    """Mount a tmpfs, or change the one that is there; False where this is not permitted."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.mount(b"tmpfs", os.fsencode(place), b"tmpfs", flags, options.encode()) == 0


def alone() -> bool:
    """Mounts of this process are its own from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(_NEW_MOUNTS) == 0 and libc.mount(None, b"/", None, _PRIVATE, None) == 0


def act(asked: Mapping[str, Any]) -> Iterator[Ended]:
    """`place`: the folder to mount; `kilobytes`; `read_only`. Nothing is told where mounting is not permitted.

    Tells the run on the small disk with, as its report, whether the file was sound and what it held; then on a large
    one.
    """
    place = Path(asked["place"])
    held = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    if not (alone() and mounted(place, f"size={asked['kilobytes']}k")):
        return
    for name, content in held.items():
        (place / name).write_bytes(content)
    if asked.get("read_only"):
        mounted(place, "", _REMOUNT | _READ_ONLY)
    yield _told(run_once(asked), {"files": sorted(path.name for path in place.iterdir())} | _state(asked))
    mounted(place, "size=64m", _REMOUNT)
    yield _told(run_once(asked), _state(asked))


def _told(ended: Ended, state: Mapping[str, Any]) -> Ended:
    return Ended(ended.status, ended.sentence, {"sources": (ended.report or {}).get("sources", ()), **state})


def _state(asked: Mapping[str, Any]) -> dict[str, Any]:
    if os.statvfs(asked["place"]).f_flag & os.ST_RDONLY:
        return {}
    engine = open_engine(asked["url"])
    with engine.connect() as conn:
        sound = conn.exec_driver_sql("PRAGMA integrity_check").scalar()
    lines = [line for line in dump(engine).splitlines() if not line.startswith("landed ")]
    engine.dispose()
    return {"sound": sound, "dump": "\n".join(lines)}
