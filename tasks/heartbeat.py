"""Leaving a sign of life for a watcher outside: a row a job in the warehouse, and all rows in one small file.

Every run that opened its book leaves one, one that found another at work, and `dondoc up` while it serves. What is
missing is judged in `tasks/rules/heartbeat` and asked by `dondoc heartbeat check`; no rule ever reads a beat.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tasks.clock import machine_now, parse_as_of
from tasks.narration import logger
from tasks.rules.heartbeat import BEATS_EVERY, SERVING, STOPPED, UP, Beat
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, RunRequest
from tasks.settings import ConfigError, Settings, load_settings
from warehouse import heartbeats
from warehouse.engine import open_engine, reading
from warehouse.errors import WarehouseError
from warehouse.schema import check

FILE = "heartbeat.json"


def beat_end(run: Run, conn: Connection, report: Mapping[str, Any], *, ended: bool) -> None:
    """In the transaction that closes the run's book. `ended`: its story came to its end, well or not.

    One that found a day off has no end: it must not hide that the working day before had none.
    """
    if run.dry_run:
        return
    ended = ended and run.idle != "day_off"
    at = run.now_for_plausibility()
    told = Beat(
        job=_job(run.request),
        at=at,
        business_date=run.business_date,
        run_id=run.run_id,
        state=report["state"],
        exit_status=report["exit_status"],
        ended_on=run.business_date if ended else None,
        ended_at=at if ended else None,
    )
    heartbeats.beat(conn, told)


def beat_busy(request: RunRequest) -> None:
    """Another run is at work: the job is alive all the same. Never worth more than a second of waiting."""
    if request.dry_run:
        return
    settings = load_settings(Path(request.config), os.environ, secrets=False)
    asked = parse_as_of(request.as_of) if settings.warehouse.sandbox else None
    _beat_beside(settings, _job(request), "busy", asked or machine_now(), exit_status=75)


@contextmanager
def serving_beats(config: str) -> Iterator[Callable[[], None]]:
    """While `dondoc up` serves: call what is given as often as you like, a beat goes out when it is time for one.

    At the end it says that it was stopped. A warehouse that cannot be written is no reason not to serve.
    """
    try:
        settings = load_settings(Path(config), os.environ, secrets=False)
    except ConfigError:  # the server serves, and every run says what is wrong
        yield lambda: None
        return
    next_at = time.monotonic()

    def beat() -> None:
        nonlocal next_at
        if time.monotonic() >= next_at:
            next_at = time.monotonic() + BEATS_EVERY.total_seconds()
            _beat_beside(settings, UP, SERVING, machine_now())

    try:
        yield beat
    finally:
        _beat_beside(settings, UP, STOPPED, machine_now())


def write_file(settings: Settings, conn: Connection) -> None:
    """All beats in `<var>/heartbeat.json`, one line, for a watcher that cannot read the warehouse."""
    rows = [_row(one) for one in heartbeats.beats(conn).values()]
    path = settings.var / FILE
    fresh = path.with_name(f"{FILE}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(json.dumps({"written_at": _text(machine_now()), "beats": rows}, ensure_ascii=False) + "\n")
        fresh.replace(path)
    except OSError as fault:  # a watcher sees its age
        logger().warning("%s could not be written: %s", path, fault.strerror)


def _beat_beside(settings: Settings, job: str, state: str, at: datetime, exit_status: int | None = None) -> None:
    told = Beat(job=job, at=at, business_date=at.astimezone(HANOI).date(), state=state, exit_status=exit_status)
    engine = open_engine(settings.warehouse.url)
    try:
        check(engine)
        heartbeats.beat_beside(engine, told)
        with reading(engine) as conn:
            write_file(settings, conn)
    except WarehouseError as fault:  # who is at work there leaves a sign soon
        logger().info("no sign of life of %s: %s", job, type(fault).__name__)
    finally:
        engine.dispose()


def _job(request: RunRequest) -> str:
    return f"{request.flow}:{request.source}" if request.source else request.flow


def _row(one: Beat) -> dict[str, Any]:
    return {
        "job": one.job,
        "at": _text(one.at),
        "business_date": one.business_date.isoformat(),
        "run_id": one.run_id,
        "state": one.state,
        "exit_status": one.exit_status,
        "ended_on": one.ended_on.isoformat() if one.ended_on else None,
        "ended_at": _text(one.ended_at) if one.ended_at else None,
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(HANOI).isoformat(timespec="seconds")
