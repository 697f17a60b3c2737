"""The Prefect server as a child that never outlives its parent, not even a killed one: it ends when its stdin closes.

Started by `server.py` as `python -m deployments.server_child HOST PORT`; holds nothing else.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Become `prefect server start` on the given host and port."""
    host, port = sys.argv[1:3]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["prefect", "server", "start", "--host", host, "--port", port]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    os.read(0, 1)  # nothing is ever written: it returns when the parent is gone
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
