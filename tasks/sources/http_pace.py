"""How fast a server may be asked: so many requests at once, so many a second, and none while it wants to be left alone.

One pace belongs to one pull and is shared by its threads. What a refusal means is http_client.py's part.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_BURST_SECONDS: Final = 1.0  # after a silence so many seconds' worth of requests may go at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """What was agreed with the operator of a server. `per_second` is an average over more than a second; 0: no limit.

    `longest_wait`: how many seconds a server may ask to be left alone (Retry-After) before the pull is given up.
    """

    concurrency: int = 2
    per_second: float = 5.0
    longest_wait: float = 120.0


class Pace:
    """Hands out turns. `monotonic` and `sleep` are those of the machine unless told otherwise."""

    def __init__(
        self,
        politeness: Politeness,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = threading.Semaphore(politeness.concurrency)
        self._gap = 1 / politeness.per_second if politeness.per_second else 0.0
        self._burst = max(_BURST_SECONDS - self._gap, 0.0)
        self._sleep = sleep
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._due = self._quiet_until = monotonic()

    @contextmanager
    def turn(self, left: Callable[[], float]) -> Iterator[bool]:
        """One request's time on the wire. False: its turn would come after the `left` seconds of the pull."""
        with self._slots:
            yield self._await_turn(left)

    def hold(self, seconds: float) -> None:
        """Nobody's turn comes for so long."""
        with self._guard:
            self._quiet_until = max(self._quiet_until, self._monotonic() + seconds)

    def _await_turn(self, left: Callable[[], float]) -> bool:
        with self._guard:
            now = self._monotonic()
            self._due = max(self._due, now) + self._gap
            wait = max(self._due - self._gap - self._burst, self._quiet_until) - now
        for _ in range(2):  # somebody may have been told to wait while this one waited for its turn
            if wait >= left():
                return False
            if wait > 0:
                self._sleep(wait)
            wait = self._quiet_until - self._monotonic()
            if wait <= 0:
                break
        return True


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a server asks to be left alone: a number, or a date by the server's own clock where it tells that.

    None: it does not say, or not readably. RFC 9110, 10.2.3.
    """
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:9])
    until = _moment(told)
    if until is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
