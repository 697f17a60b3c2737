"""Everything composition depends on, in one value: equal situations give equal digests.

The books say what the ledger and the desk remember; the cadence is configured. Rules that read it are in `routing`
(who is concerned) and `digests` (who gets a mail today).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.rules.arming import UNJUDGED, family
from tasks.rules.corrections import Address, Told
from tasks.rules.departures import SourceFile
from tasks.rules.disputes import DisputeEffect, effect_of
from tasks.rules.ladder import DEFAULT_LADDER, Asked, Rung
from tasks.rules.model import ItemFacts
from tasks.rules.records import Dispute
from tasks.rules.world import World

Matter = tuple[str, str]  # item_key, family
ItemFamily = tuple[str, str, str]  # item_key, family, arming event
ItemAsked = tuple[str, str, str, int]  # and level: asked once a day in an audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When due-soon items alone may cause a mail, and when unchanged ones are told again."""

    due_soon_weekdays: frozenset[int] = frozenset({0, 3})  # Monday is 0
    repeat_working_days: int = 5
    ladder: tuple[Rung, ...] = DEFAULT_LADDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the ledger and the desk remember."""

    last_handed: Mapping[Address, Told] = field(default_factory=dict)
    undelivered: Mapping[Address, frozenset[ItemFamily]] = field(default_factory=dict)  # uncertain, refused, expired
    asked_today: frozenset[tuple[Address, ItemAsked]] = frozenset()  # by mails that have left, or may have
    asked: Mapping[str, Sequence[Asked]] = field(default_factory=dict)  # handed, by item_key
    told: Sequence[Told] = ()  # handed mails that may need a correction
    corrected: frozenset[tuple[str, int]] = frozenset()
    disputes: Mapping[str, Sequence[Dispute]] = field(default_factory=dict)
    content_hashes: Mapping[str, str] = field(default_factory=dict)  # of the items' current source rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything composition depends on; equal situations give equal digests."""

    items: Sequence[ItemFacts]
    files: Mapping[str, SourceFile]  # open items and those told before
    world: World
    books: Books
    cadence: Cadence = Cadence()
    held_sources: frozenset[str] = frozenset()  # stale or refused: their items stay out
    open_matters: Mapping[Matter, ItemFacts] = field(init=False, repr=False, compare=False)
    unjudged: frozenset[str] = field(init=False, repr=False, compare=False)  # item keys

    def __post_init__(self) -> None:
        object.__setattr__(self, "open_matters", {matter_of(i): i for i in self.items})
        object.__setattr__(self, "unjudged", frozenset(i.item_key for i in self.items if i.flag in UNJUDGED))


def matter_of(facts: ItemFacts) -> Matter:
    """What two mails mean when they speak of the same thing: the item and the family of its flag."""
    return facts.item_key, family(facts.flag)


def dispute_effect(item: ItemFacts, situation: Situation) -> DisputeEffect:
    """What the disputes about the item do today."""
    books, world = situation.books, situation.world
    return effect_of(
        books.disputes.get(item.item_key, ()),
        books.content_hashes.get(item.item_key, ""),
        world.calendar,
        world.today,
    )


def disputed(item: ItemFacts, situation: Situation) -> bool:
    """Whether the item stays out of today's mails because it is in dispute."""
    return dispute_effect(item, situation).out_of_mails
