"""What lies on the desks: six lists of matters that a person settles. Read by `warehouse/desk_lists`, shown by reports.

Codes, posts, counts and moments only; who disputes and in which words is for the desk itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Desk(StrEnum):
    """Which list, in the order they are shown."""

    UNCERTAIN = "uncertain"  # mails nobody knows the fate of
    HELD = "held"
    NO_RECIPIENT = "no_recipient"
    QUARANTINE = "quarantine"
    DISPUTES = "disputes"
    MISMATCHES = "mismatches"  # the source's appointment and our date apart, by procedure and cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One line: `about` is what the command takes, `where` a post, unit, source or procedure, `why` a code or text."""

    about: str
    where: str
    why: str
    since: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class DeskList:
    """The oldest matters of one desk, and how many there are in all."""

    total: int
    matters: tuple[Matter, ...]


Desks = Mapping[Desk, DeskList]
