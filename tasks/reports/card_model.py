"""What a run card tells of: one run, the business day it belongs to, and the run of the same flow before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.rules.desk_model import Desk
from tasks.rules.item_moves import Moves
from tasks.rules.model import Bulletin


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMail:
    """One mail of the day as it stands now; `reason`: a code, never a person's own words."""

    post: str
    audience: str
    state: str
    reason: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """A run that ended. `report` is its JSON report, `before` that of the previous run of its flow with its moment."""

    report: Mapping[str, Any]
    day: Bulletin
    mails: tuple[CardMail, ...]
    desks: Mapping[Desk, int]
    refused: tuple[tuple[str, str, int], ...] = ()  # by this run: source, why in words, rows
    before: tuple[datetime, Mapping[str, Any]] | None = None
    moves: Moves | None = None  # None: there is no run to compare with
    quality: str = ""  # file of the quality report, relative to the card's own folder
