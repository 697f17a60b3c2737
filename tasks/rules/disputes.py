"""Disputes: how long an item stays out of the mails when a unit says it is wrong (design §9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tasks.rules.records import Dispute, RecommendationFile
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

QUIET_WORKING_DAYS = 2
UPHELD_OPS_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class DisputeEffect:
    """What the disputes about one item do today."""

    open: bool = False  # nobody answered yet: the flag says "disputed"
    out_of_mails: bool = False
    frozen_days: frozenset[date] = frozenset()  # do not count for the ladder
    ops_item: bool = False  # upheld, yet the source still says the same after five working days


def disputes_in_log(file: RecommendationFile) -> tuple[Dispute, ...]:
    """A recommendation's own `dispute` events; any later event of its log is the answer, and it returns."""
    events = sorted(file.events, key=lambda e: e.at)
    return tuple(
        Dispute(
            item_key=file.record.item_key,
            opened_on=event.at.astimezone(HANOI).date(),
            content_hash=file.record.origin.content_hash,
            outcome="rejected" if number + 1 < len(events) else "",
        )
        for number, event in enumerate(events)
        if event.event == "dispute"
    )


def quiet_days(opened_on: date, calendar: WorkingCalendar) -> frozenset[date]:
    """The two working days after the business date of the opening."""
    return frozenset(calendar.add_working_days(opened_on, n) for n in range(1, QUIET_WORKING_DAYS + 1))


def effect_of(disputes: Iterable[Dispute], content_hash: str, calendar: WorkingCalendar, today: date) -> DisputeEffect:
    """Combine an item's disputes. Rejected: it returns at once. Upheld: it stays out until the source row changes."""
    is_open = out = ops = False
    frozen: set[date] = set()
    for dispute in disputes:
        quiet = quiet_days(dispute.opened_on, calendar)
        frozen |= quiet
        if dispute.outcome == "":
            is_open = True
            out = out or today in quiet or today <= dispute.opened_on
        elif dispute.outcome == "upheld" and dispute.content_hash == content_hash:
            is_open = out = True
            ops = ops or calendar.working_days_between(dispute.opened_on, today) > UPHELD_OPS_WORKING_DAYS
    return DisputeEffect(is_open, out, frozenset(frozen), ops)
