"""A private Prefect server for tests that run flows: one a process, on a throw-away database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_running: list[tuple[str, ExitStack]] = []
_users = 0


@contextmanager
def private_prefect() -> Iterator[str]:
    """Prefect points to a server of its own inside the block; yields its API address. Nested users share it."""
    global _users
    if not _running:
        _running.append(_started())
    _users += 1
    try:
        yield _running[0][0]
    finally:
        _users -= 1
        if not _users:
            _running.pop()[1].close()


def _started() -> tuple[str, ExitStack]:
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_LOGGING_TO_API_ENABLED,
        PREFECT_SERVER_ANALYTICS_ENABLED,
        temporary_settings,
    )
    from prefect.testing.utilities import prefect_test_harness

    stack = ExitStack()
    quiet = {PREFECT_LOGGING_TO_API_ENABLED: False, PREFECT_SERVER_ANALYTICS_ENABLED: False}
    stack.enter_context(temporary_settings(quiet))
    stack.enter_context(prefect_test_harness(server_startup_timeout=120))
    stack.enter_context(temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
    return str(PREFECT_API_URL.value()), stack
