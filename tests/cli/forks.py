"""Commands in forks of one process that has met their libraries before: a process each, without the start-up.

`python -m tests.cli.forks` reads one JSON line a command (`words`, `folder`, `env`, `out`, `err`) and answers with its
exit status. Nothing of ours is imported before the fork, the child does that in its own environment, until the first
command that runs a flow: from then on Prefect, the checks and the flows are there, and Prefect reads its settings anew.
"""

import json
import os
import sys
import threading
import traceback
from importlib import import_module
from typing import Any, NoReturn

IMPORTED_ONCE = (
    "typer.main",
    "typer.rich_utils",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.orm",
    "alembic.command",
    "pydantic_settings",
    "jinja2",
)
FLOWS = ("morning", "sync", "flag", "remind", "bulletin", "reconcile")


def main() -> None:
    for module in IMPORTED_ONCE:
        import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        if "run" in asked["words"]:
            _meet_the_flows()
        assert threading.active_count() == 1, "a fork would lose these threads' locks"
        child = os.fork()
        if not child:
            _become(asked)
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _meet_the_flows() -> None:
    if "prefect" not in sys.modules:
        from tests.fault_runs import warm_up

        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        for name in FLOWS:
            import_module(f"flows.{name}_run")
        warm_up()


def _settings_read_anew(environment: Any) -> Any:
    """Prefect takes its settings at import, after our command has set them; here it has been imported before."""

    def then_read(*words: Any, **options: Any) -> None:
        from prefect.context import refresh_global_settings_context
        from prefect.logging.configuration import setup_logging

        environment(*words, **options)
        refresh_global_settings_context()
        setup_logging(incremental=False)

    return then_read


def _become(asked: dict[str, Any]) -> NoReturn:
    """The command, to its end."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["env"])
    for number, path in ((0, os.devnull), (1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["dondoc", *asked["words"]]
    status: Any = 0
    try:
        from deployments import running
        from deployments.__main__ import main as dondoc

        if "prefect" in sys.modules:
            running.prefect_environment = _settings_read_anew(running.prefect_environment)
        dondoc()
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001 - as an interpreter ends
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    main()
