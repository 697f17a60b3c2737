"""Who is told what today: routing of open flags, comparison with the last handed mail, causes to mail (design §9).

The delta rule is the heart: an address gets a mail only for something new or worse, a correction, the all-clear, or
when unchanged items have been quiet for too long. Everything else is in the next mail that has a cause.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tasks.rules.arming import TERM_ORDER, family
from tasks.rules.corrections import Address, Told, corrections_due
from tasks.rules.departures import why_left
from tasks.rules.model import (
    Audience,
    Change,
    Cleared,
    ClearedReason,
    Digest,
    DigestItem,
    DigestKind,
    Flag,
    ItemFacts,
    Recipient,
    Role,
    Section,
)
from tasks.rules.routing import route
from tasks.rules.situation import ItemFamily, Matter, Situation, disputed, matter_of
from tasks.rules.world import World

_ANSWERED_WITH_ALL_CLEAR = frozenset({Audience.HEAD, Audience.INSPECTING})


def compose(situation: Situation) -> tuple[Digest, ...]:
    """Today's digests, revision 1, ordered by audience and address. Recipients without a cause get none."""
    lines, recipients = route(situation)
    fixes = corrections_due(situation.books.told, situation.books.corrected, situation.files, situation.world)
    addresses = {*lines, *fixes, *situation.books.last_handed}
    digests = []
    for address in sorted(addresses):
        told = situation.books.last_handed.get(address)
        recipient = recipients.get(address) or (told.digest.recipient if told else None)
        if recipient is not None:
            digest = _digest(address, recipient, lines.get(address, []), fixes.get(address, ()), situation)
            digests += [digest] if digest else []
    return tuple(digests)


def _digest(
    address: Address,
    recipient: Recipient,
    lines: Sequence[DigestItem],
    fixes: tuple[DigestItem, ...],
    situation: Situation,
) -> Digest | None:
    told = situation.books.last_handed.get(address)
    before = {matter_of(i.facts): i for i in told.digest.items(Role.ASKED)} if told else {}
    asked = [_with_change(i, before) for i in lines if i.role is Role.ASKED]
    informed = [i for i in lines if i.role is Role.INFORMED]
    left = _left(address, told, asked, fixes, situation)
    all_clear = _is_all_clear(address, told, asked, situation)
    asked = _not_asked_of_another_today(address, asked, situation)
    if not (fixes or all_clear or _has_cause(address, told, asked, situation)):
        return None
    items = (*fixes, *sorted(asked, key=_worst_first), *informed, *left)
    return Digest(
        business_date=situation.world.today,
        audience=address[0],
        recipient=recipient,
        revision=1,
        kind=DigestKind.ALL_CLEAR if all_clear else DigestKind.REMINDER,
        sections=_sections(items, recipient),
        as_of=situation.world.as_of,
        data_moment=_data_moment(items, situation),
        missing_sources=tuple(sorted(situation.held_sources)),
    )


def _with_change(item: DigestItem, before: Mapping[Matter, DigestItem]) -> DigestItem:
    """How it stands against what the last handed mail asked for."""
    old = before.get(matter_of(item.facts))
    if old is None or old.facts.arming != item.facts.arming:
        return replace(item, change=Change.NEW)
    worse = (
        (item.facts.tier or 0) > (old.facts.tier or 0)
        or item.level > old.level
        or TERM_ORDER.get(item.facts.flag, 0) > TERM_ORDER.get(old.facts.flag, 0)
    )
    return replace(item, change=Change.WORSE if worse else Change.SAME)


def _not_asked_of_another_today(
    address: Address, asked: Sequence[DigestItem], situation: Situation
) -> list[DigestItem]:
    """An item whose recipient changes during the day (address bounced, unit passed on) is his from the next day on."""
    taken = {item for (a, item) in situation.books.asked_today if a[0] is address[0] and a != address}
    return [i for i in asked if (*_family_of(i), i.level) not in taken]


def _has_cause(address: Address, told: Told | None, asked: Sequence[DigestItem], situation: Situation) -> bool:
    world, cadence = situation.world, situation.cadence
    undelivered = situation.books.undelivered.get(address, frozenset())
    moved = [i for i in asked if i.change is not Change.SAME or _family_of(i) in undelivered]
    if any(i.facts.flag is not Flag.DUE_SOON for i in moved):
        return True
    if moved and _is_due_soon_day(world, cadence.due_soon_weekdays):
        return True
    if told is None or not asked:
        return False
    quiet = world.calendar.working_days_between(told.digest.business_date, world.today)
    return quiet >= cadence.repeat_working_days


def _is_all_clear(address: Address, told: Told | None, asked: Sequence[DigestItem], situation: Situation) -> bool:
    """The last handed mail asked for something and nothing of it is open anywhere now.

    Disputed items count as open, and so do those that cannot be judged. Who left the post is told nothing more.
    """
    if told is None or asked or address[0] not in _ANSWERED_WITH_ALL_CLEAR:
        return False
    world = situation.world
    if not world.directory.is_current_address(address[1], world.today):
        return False
    before = told.digest.items(Role.ASKED)
    still_open, unjudged = situation.open_matters, situation.unjudged
    return bool(before) and not any(
        matter_of(i.facts) in still_open or i.facts.item_key in unjudged or i.facts.source in situation.held_sources
        for i in before
    )


def _left(
    address: Address,
    told: Told | None,
    asked: Sequence[DigestItem],
    fixes: Sequence[DigestItem],
    situation: Situation,
) -> list[DigestItem]:
    """What the last handed mail asked for and today's does not, with the reason; silent where no reason is sure."""
    if told is None or address[0] not in _ANSWERED_WITH_ALL_CLEAR:
        return []
    said = {matter_of(i.facts) for i in asked}
    asked_otherwise = {i.facts.item_key for i in asked}  # "no longer pursued" would contradict what is asked above
    silent = {i.facts.item_key for i in fixes} | situation.unjudged
    left = []
    for item in told.digest.items(Role.ASKED):
        facts = item.facts
        if matter_of(facts) in said or facts.item_key in silent or facts.source in situation.held_sources:
            continue
        cleared = _reason(facts, situation)
        if cleared is not None and not (cleared.reason is ClearedReason.NOT_DUE and facts.item_key in asked_otherwise):
            left.append(DigestItem(facts=facts, role=Role.CLEARED, cleared=cleared))
    return left


def _reason(facts: ItemFacts, situation: Situation) -> Cleared | None:
    """Why it left; None for what is still open and only asked of somebody else at the same unit."""
    open_item = situation.open_matters.get(matter_of(facts))
    if open_item is not None and disputed(open_item, situation):
        return Cleared(reason=ClearedReason.DISPUTED)
    cleared = why_left(facts, situation.files.get(facts.item_key), situation.world)
    return cleared if open_item is None or cleared.reason is ClearedReason.MOVED else None


def _is_due_soon_day(world: World, weekdays: frozenset[int]) -> bool:
    """Today is one of the weekdays, or the first working day after one that fell on a day off."""
    day: date = world.calendar.previous_working_day(world.today) + timedelta(days=1)
    while day <= world.today:
        if day.weekday() in weekdays:
            return True
        day += timedelta(days=1)
    return False


def _family_of(item: DigestItem) -> ItemFamily:
    return item.facts.item_key, family(item.facts.flag), item.facts.arming


_FLAG_ORDER = {Flag.OVERDUE: 0, Flag.PAST_APPOINTMENT: 1, Flag.DUE_SOON: 2}


def _worst_first(item: DigestItem) -> tuple[int, int, str, str]:
    facts = item.facts
    due = facts.due_at.isoformat() if facts.due_at else "9999"
    return _FLAG_ORDER.get(facts.flag, 3), -(facts.days_late or 0), due, facts.code


def _sections(items: Sequence[DigestItem], recipient: Recipient) -> tuple[Section, ...]:
    """One section per unit: the recipient's own first, then the units with the latest items."""
    groups: dict[str, list[DigestItem]] = defaultdict(list)
    names: dict[str, str] = {recipient.unit_code: recipient.unit_name}
    for item in items:
        own = item.role is Role.INFORMED
        code = recipient.unit_code if own else item.facts.unit_code
        names.setdefault(code, item.facts.unit_name)
        groups[code].append(item)
    ordered = sorted(groups, key=lambda code: (code != recipient.unit_code, _worst_first(groups[code][0]), code))
    return tuple(Section(unit_code=code, unit_name=names[code], items=tuple(groups[code])) for code in ordered)


def _data_moment(items: Sequence[DigestItem], situation: Situation) -> datetime | None:
    """The oldest among the items' sources; of items that left, what is known of them now."""
    moments = []
    for item in items:
        file = situation.files.get(item.facts.item_key) if item.role in (Role.CLEARED, Role.CORRECTED) else None
        moment = file.record.origin.data_moment if file else item.facts.data_moment
        moments += [moment] if moment else []
    return min(moments, default=None)
