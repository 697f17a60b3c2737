"""Commands in forks of one process that has met their libraries before: a process each, without the start-up.

`python -m tests.cli.forks` reads one JSON line a command (`words`, `folder`, `env`, `out`, `err`) and answers with its
exit status. Nothing of ours is imported before the fork: the child does that, in its own environment.
"""

import json
import os
import sys
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


def main() -> None:
    for module in IMPORTED_ONCE:
        import_module(module)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


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
        from deployments.__main__ import main as dondoc

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
