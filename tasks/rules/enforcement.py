"""From which day a source's items are asked of heads (`enforce_from`, design §4): older debts stay with ops.

A province that begins with dondoc inherits years of unclosed dossiers; to ask for all of them at once would teach
everybody to ignore the mails.
"""

from collections.abc import Mapping
from datetime import date

from tasks.rules.item_facts import ItemFacts
from tasks.rules.timezone import HANOI


def is_enforced(facts: ItemFacts, enforce_from: Mapping[str, date]) -> bool:
    """Whether the item may be asked of a head: not where it was due before its source's day.

    Due is the binding date, an extension included; while paused the appointment, else our own date. What has no date
    at all is enforced.
    """
    start = enforce_from.get(facts.source)
    due_on = facts.due_at.astimezone(HANOI).date() if facts.due_at else facts.appointment_on or facts.own_due_on
    return start is None or due_on is None or due_on >= start
