"""Whom an open flag concerns today: the head asked, whoever the ladder names above him, the lead unit for information.

Recipients are found by date in the directory; whoever cannot be found is nobody's guess and stays with ops.
"""

from collections import defaultdict
from datetime import date
from functools import partial

from tasks.rules.answering import lead_unit
from tasks.rules.arming import HEAD_FLAGS, INSPECTING_FLAGS
from tasks.rules.corrections import Address
from tasks.rules.directory import NoRecipient
from tasks.rules.enforcement import is_enforced
from tasks.rules.ladder import audiences_above, standing
from tasks.rules.model import Audience, DigestItem, ItemFacts, Recipient, Role
from tasks.rules.situation import Situation, dispute_effect
from tasks.rules.world import World


def route(situation: Situation) -> tuple[dict[Address, list[DigestItem]], dict[Address, Recipient]]:
    """Lines and recipients by (audience, address). Items in dispute or kept out are not in them."""
    lines: dict[Address, list[DigestItem]] = defaultdict(list)
    recipients: dict[Address, Recipient] = {}
    world = situation.world

    def add(audience: Audience, recipient: Recipient | NoRecipient, item: DigestItem) -> None:
        if isinstance(recipient, Recipient):
            lines[audience, recipient.address].append(item)
            recipients.setdefault((audience, recipient.address), recipient)

    for facts in situation.items:
        effect = dispute_effect(facts, situation)
        if effect.out_of_mails or _is_kept_out(facts, situation):
            continue
        if facts.flag in INSPECTING_FLAGS:
            asked = DigestItem(facts=facts, role=Role.ASKED)
            add(Audience.INSPECTING, world.directory.head(facts.unit_code, world.today), asked)
        if facts.flag not in HEAD_FLAGS:
            continue
        history = situation.books.asked.get(facts.item_key, ())
        stands = standing(
            facts,
            history,
            world.calendar,
            world.today,
            situation.cadence.ladder,
            effect.frozen_days,
            partial(_is_heir, facts.unit_code, world),
        )
        asked = DigestItem(
            facts=facts,
            role=Role.ASKED,
            level=stands.level,
            next_step=stands.next_step,
            asked_since=stands.asked_since,
        )
        head = world.directory.head(facts.unit_code, world.today)
        add(Audience.HEAD, head, asked)
        for audience in audiences_above(stands.level, situation.cadence.ladder):
            add(audience, world.directory.above(facts.unit_code, audience.value, world.today), asked)
        lead = _lead_unit_code(facts, situation)
        if lead and lead != facts.unit_code:
            informed = world.directory.head(lead, world.today)
            if _address(informed) != _address(head):  # one person for both units is asked, not informed as well
                add(Audience.HEAD, informed, DigestItem(facts=facts, role=Role.INFORMED))
    return lines, recipients


def _is_kept_out(facts: ItemFacts, situation: Situation) -> bool:
    """Of a held source, or due before its source counts: nobody is asked or told."""
    enforced = is_enforced(facts, situation.world.rules.enforce_from)
    return facts.source in situation.held_sources or not enforced


def _lead_unit_code(facts: ItemFacts, situation: Situation) -> str:
    """The heir of the recorded unit where another unit holds the item; "" where nobody else is concerned."""
    if facts.holding_since is None or facts.received_at is None:
        return ""
    world = situation.world
    unit = lead_unit(facts.recorded_unit_code, facts.received_at, world.directory, world.today).today
    return unit.code if unit else ""


def _is_heir(unit_code: str, world: World, code: str, on: date) -> bool:
    """Whether what the unit of that code owed on that day lies with `unit_code` today."""
    today = world.directory.answering(code, on, world.today).today
    return today is not None and today.code == unit_code


def _address(recipient: Recipient | NoRecipient) -> str:
    return recipient.address if isinstance(recipient, Recipient) else ""
