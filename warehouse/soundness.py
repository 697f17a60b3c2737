"""Whether a SQLite warehouse may still be trusted: looked into at the start of runs, before anything is written.

Beside the file lies `<database>.sound`: the day of the last look and the last run that ended here. The whole file is
read once a day, and whenever a write-ahead log was left behind (a process was killed, or another one has it open):
about one second a gigabyte from memory, more from a disk. A warehouse that no longer knows its last run has lost its
write-ahead log, or is an older copy. PostgreSQL looks after itself.
"""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine, inspect, select

from warehouse.engine import reading, sqlite_file, where_is
from warehouse.errors import WarehouseDamagedError
from warehouse.tables import runs

_NO_MEMORY = ("error code=7", "error code=3082")  # SQLite tells them as faults of a page


def ensure_sound(engine: Engine, today: date) -> None:
    """Raise WarehouseDamagedError for a warehouse that is not what it was. To be called before its first use.

    MemoryError where this machine has too little memory to look.
    """
    path = sqlite_file(engine)
    if path is None or not path.exists():
        return
    looked_at, last_run = _told(path)
    log = path.with_name(path.name + "-wal")
    left_behind = log.exists() and log.stat().st_size > 0
    with reading(engine) as conn:
        if left_behind or looked_at != today.isoformat():
            found = str(conn.exec_driver_sql("PRAGMA quick_check(1)").scalar())
            if found.endswith(_NO_MEMORY):
                raise MemoryError
            if found != "ok":
                raise WarehouseDamagedError(where_is(engine), " ".join(found.split()))
        if last_run and inspect(conn).has_table(runs.name):
            known = conn.execute(select(runs.c.run_id).where(runs.c.run_id == last_run)).first()
            if known is None:
                raise WarehouseDamagedError(where_is(engine), last_run, code="older_copy", note=_note(path).name)
    _tell(path, today.isoformat(), last_run)


def remember(engine: Engine, run_id: str) -> None:
    """That run has ended, and its book is committed."""
    path = sqlite_file(engine)
    if path is not None and path.exists():
        _tell(path, _told(path)[0], run_id)


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".sound")


def _told(path: Path) -> tuple[str, str]:
    try:
        lines = _note(path).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        lines = []
    day, run_id = [*lines, "", ""][:2]
    return day, run_id


def _tell(path: Path, day: str, run_id: str) -> None:
    """Nothing depends on it: a place that cannot be written is found by whoever needs to write there."""
    fresh = _note(path).with_suffix(".fresh")
    try:
        fresh.write_text(f"{day}\n{run_id}\n", encoding="utf-8")
        fresh.replace(_note(path))
    except OSError:
        fresh.unlink(missing_ok=True)
