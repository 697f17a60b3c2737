"""`dondoc demo --keep-serving`: the Prefect UI over what was played, every form there to be filled in, until Ctrl-C.

A process of its own (`python -m deployments.demo.serving CONFIG`), since the demo's has spoken to a private server. The
demo's one-stop software and mail catcher stay up beside it. Nothing is scheduled: the story has its own time.
"""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from deployments.demo.afternoon import AFTERNOON
from deployments.schedules import DEPLOYMENTS, Deployment
from deployments.server import Place, free_port, is_free
from deployments.up import EXIT_INTERRUPTED, EXIT_TERMINATED, serve_everything
from tasks.settings import load_settings

CLICKED_AT = AFTERNOON + timedelta(hours=1)  # what a form proposes
WHEN = ("khi bấm chạy", "when clicked")
TIMELESS = ("mail-switch",)


def keep_serving(config: Path) -> int:
    """Serve in a child until it ends or Ctrl-C, which both of them hear."""
    child = subprocess.Popen([sys.executable, "-m", "deployments.demo.serving", str(config)])  # noqa: S603 - our own module
    try:
        return child.wait()
    except KeyboardInterrupt:
        return child.wait()
    finally:
        child.terminate()
        child.wait()


def clickable() -> list[Deployment]:
    """Every deployment without its schedule, at the story's time."""
    return [
        replace(row, crons=(), when=WHEN, parameters={**row.parameters, **_moment(row.name)}) for row in DEPLOYMENTS
    ]


def _moment(name: str) -> dict[str, object]:
    return {} if name in TIMELESS else {"as_of": CLICKED_AT.isoformat()}


def main() -> None:
    """Become the server of the demo."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(EXIT_TERMINATED))
    config = Path(sys.argv[1])
    settings = load_settings(config, os.environ)
    usual = settings.server.port
    place = Place(usual if is_free(usual) else free_port())
    status = serve_everything(config, settings, place, rows=clickable(), root_is_meant=True)
    raise SystemExit(0 if status == EXIT_INTERRUPTED else status)


if __name__ == "__main__":
    main()
