"""Runs on a private ephemeral server: nobody watches their heartbeats, and waiting for them costs a second a flow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings


@contextmanager
def without_heartbeat_if_private() -> Iterator[None]:
    """Switch flow heartbeats off unless a real server is set by PREFECT_API_URL, or they are off already."""
    if os.environ.get("PREFECT_API_URL") or PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() is None:
        yield
        return
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
