"""One thing that `doctor` looked at, whether it is as it must be, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from deployments.doctor_words import say

OK, WARNING, FAULT = "ok", "warning", "fault"
SHOWN = 10  # of a list of codes


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: ok, warning (work can go on), fault (must be done first)."""

    about: str
    state: str
    text: str


def first_of(found: Sequence[str], locale: str) -> str:
    """The first ten, and how many more there are."""
    told = [*found[:SHOWN], *([say("more", locale, n=len(found) - SHOWN)] if len(found) > SHOWN else [])]
    return ", ".join(told)
