"""Upgrades of the schema in children that are killed at the n-th statement."""

import os
import signal
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, event

from tests.fault_runs import Ended
from warehouse import schema
from warehouse.engine import open_engine


def act(asked: Mapping[str, Any]) -> Iterator[Ended]:
    """`url`, `kill_at`."""
    passed = 0

    def count(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == asked["kill_at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    engine = open_engine(asked["url"])
    schema.upgrade(engine)
    engine.dispose()
    yield Ended(0, places=passed)
