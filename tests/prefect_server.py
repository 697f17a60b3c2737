"""A private Prefect server for tests that run flows: one a process, on a throw-away database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def private_prefect() -> Iterator[str]:
    """Prefect points to a server of its own inside the block; yields its API address."""
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_LOGGING_TO_API_ENABLED,
        PREFECT_SERVER_ANALYTICS_ENABLED,
        temporary_settings,
    )
    from prefect.testing.utilities import prefect_test_harness

    quiet = {PREFECT_LOGGING_TO_API_ENABLED: False, PREFECT_SERVER_ANALYTICS_ENABLED: False}
    with ExitStack() as stack:
        stack.enter_context(temporary_settings(quiet))
        stack.enter_context(prefect_test_harness(server_startup_timeout=120))
        yield str(PREFECT_API_URL.value())
