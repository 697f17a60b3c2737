"""Runs flows in children that can be killed: imports once and forks for every run, which then costs no start-up.

Reads one JSON line a run from stdin (`flow`, `parameters`, `report`, `log`, `api_url`; or the `words` of a command
line, how many of it at once, and `log`) and answers with two lines: the
child, by itself, with its process id once it leads a group of its own, then how it ended. There must be no thread when
it forks.
"""

import json
import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any, NoReturn

from tests.fault_runs import warm_up
from tests.prefect_server import without_events

FLOWS = ("morning", "sync", "flag", "remind", "bulletin")

IMPORTED_LATE = (
    "alembic.command",
    "anyio._backends._asyncio",
    "deployments.exits",
    "expectations.run",
    "fastapi",
    "great_expectations",
    "psycopg",
    "yagmail",
)


def main() -> None:
    flows = {name: getattr(import_module(f"flows.{name}_run"), f"{name}_run") for name in FLOWS}
    for module in IMPORTED_LATE:
        import_module(module)
    warm_up()
    _say({"ready": os.getpid()})
    for line in sys.stdin:
        asked = json.loads(line)
        assert threading.active_count() == 1, "a fork would lose these threads' locks"
        if "words" in asked:
            crowd = [os.fork() or _command(asked) for _ in range(asked["crowd"])]
            _say({"ended": [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in crowd]})
            continue
        child = os.fork()
        if not child:
            _run(flows[asked["flow"]], asked)
        _, status = os.waitpid(child, 0)
        _say({"ended": os.waitstatus_to_exitcode(status)})


def _command(asked: dict[str, Any]) -> NoReturn:
    """In the child: `dondoc` with these words, to the end its process would have had."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    _say({"pid": os.getpid()})
    for stream in (1, 2):
        os.dup2(log, stream)
    sys.argv = ["dondoc", *asked["words"]]
    from deployments.__main__ import main as dondoc

    try:
        dondoc()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    os._exit(0)


def _run(flow: Any, asked: dict[str, Any]) -> None:
    """In the child: the flow, its report, and out without any tidying up of what belongs to the parent."""
    os.setsid()
    _say({"pid": os.getpid()})
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    status = 1
    try:
        from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        from deployments.running import call_flow

        settings: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}  # nobody watches, and it costs a second
        settings |= {PREFECT_API_URL: asked["api_url"]} if asked["api_url"] else {}
        with temporary_settings(settings), without_events():
            report = call_flow(flow, **asked["parameters"])
        with open(asked["report"], "w", encoding="utf-8") as out:  # noqa: PTH123
            json.dump(report, out, ensure_ascii=False)
        status = 0
    except Exception as error:  # noqa: BLE001 - told to the test, which decides
        with open(asked["report"], "w", encoding="utf-8") as out:  # noqa: PTH123
            json.dump({"error": type(error).__name__, "text": str(error)}, out)
    finally:
        os._exit(status)


def _say(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
