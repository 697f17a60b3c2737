"""The run's own voice: one line a step, counts and ids only, inside Prefect or outside."""

import logging

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]


def logger() -> Logger:
    """Prefect's run logger inside a run, else the module's own."""
    try:
        return get_run_logger()
    except MissingContextError:
        return logging.getLogger("dondoc")
