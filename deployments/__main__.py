"""Entry of the command line: `dondoc` and `python -m deployments`. Errors become a sentence and an exit status here."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from deployments.exits import EXIT_BUG, refusal_of


def main() -> None:
    """Run the command line; every expected refusal ends in one sentence on stderr and its exit status (design §3)."""
    from deployments.cli import app
    from deployments.cli_context import spoken_locale

    signal.signal(signal.SIGTERM, _terminated)
    os.umask(os.umask(0o077) | 0o027)  # whatever is written is for this account and its group
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the outermost place: a refusal becomes a sentence, a bug a status
        refusal = refusal_of(error, spoken_locale())
        if refusal is None:
            _crashed(error)
        status, sentences = refusal
        for sentence in sentences:
            sys.stderr.write(f"dondoc: {sentence}\n")
        sys.exit(status)


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(143)


def _crashed(error: Exception) -> NoReturn:
    """A bug: the traceback tells where, without values, since those may be personal."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[-8:]:
        sys.stderr.write(f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n')
    sys.stderr.write(f"dondoc: a bug, please report it: {type(error).__name__}\n")
    sys.exit(EXIT_BUG)


if __name__ == "__main__":
    main()
