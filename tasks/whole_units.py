"""A unit of work that no signal cuts in two: SIGTERM and Ctrl-C that arrive inside take effect at its end.

For what is short and cannot be rolled back. A load needs none of it: its transaction is undone.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def to_its_end() -> Iterator[None]:
    """Inside, a signal to end is only noted; whoever handles it outside gets it afterwards."""
    if current_thread() is not main_thread():  # signals never arrive there
        yield
        return
    came: list[int] = []
    outside = {number: signal.signal(number, lambda sign, _: came.append(sign)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in outside.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
