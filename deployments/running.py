"""Running a flow from the command line: on the server of PREFECT_API_URL, else a private one in `<var>/prefect`."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from deployments.prefect_place import settle_place
from tasks.settings import Settings


def prefect_environment(settings: Settings, *, verbose: bool = False) -> None:
    """Settings of Prefect for this process; must come before the first import of Prefect. Given ones win."""
    home = var_folder(settings) / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    quiet = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",  # what a run tells is read in the UI …
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO" if verbose else "ERROR",  # … and only asked for here
        # a private server that finds its SQLite locked is no news: states are not the truth
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR" if os.environ.get("PREFECT_API_URL") else "CRITICAL",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # a real server marks our runs that fall silent
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("PREFECT_API_URL"):
        os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true")


def var_folder(settings: Settings) -> Path:
    """Where files of this installation live: beside the landing."""
    return settings.var


def run_flow(
    flow: str, config: Path, settings: Settings, *, verbose: bool = False, **parameters: Any
) -> dict[str, Any]:
    """Run `flows.<flow>_run` now and return its report. Refusals are raised as what they are.

    Raises:
        ConfigError, AsOfRefusedError, LockBusyError, SchemaError …: refused before any work.
    """
    if not verbose:  # the report tells what failed; traces are for -v and for the UI
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    prefect_environment(settings, verbose=verbose)
    settle_place(settings)
    chosen = getattr(import_module(f"flows.{flow}_run"), f"{flow}_run")
    return call_flow(chosen, config=str(config), **parameters)


def call_flow(chosen: Any, **parameters: Any) -> dict[str, Any]:
    """Call an imported flow; its report, whatever its state.

    A run whose book is closed is over, also where Prefect could not be told: its server may be gone by then.
    """
    from flows.private_server import without_heartbeat_if_private
    from flows.reports import newest_report

    before = newest_report()
    error: object = None
    with without_heartbeat_if_private():
        try:
            state = chosen(return_state=True, **parameters)
        except Exception as lost:  # noqa: BLE001 - raised below unless the run came to its end
            error = lost
    report = newest_report()
    if report is not None and report is not before:
        return report
    error = error or state.result(raise_on_failure=False)
    if isinstance(error, BaseException):
        raise error
    msg = f"the flow ended as {state.name} without a report"
    raise RuntimeError(msg)
