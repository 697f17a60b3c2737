"""All open flags: items first, then the units that nobody can be reached at. A pure function of its arguments."""

from collections.abc import Iterable

from tasks.rules.arming import HEAD_FLAGS, INSPECTING_FLAGS, arming_event
from tasks.rules.directory import NoRecipient
from tasks.rules.dossier_flags import dossier_flags
from tasks.rules.enforcement import is_enforced
from tasks.rules.model import Flag, ItemFacts, Subject
from tasks.rules.recommendations import recommendation_flags
from tasks.rules.records import DossierFile, RecommendationFile
from tasks.rules.world import World

_ASKED = HEAD_FLAGS | INSPECTING_FLAGS


def open_flags(
    dossiers: Iterable[DossierFile], recommendations: Iterable[RecommendationFile], world: World
) -> tuple[ItemFacts, ...]:
    """Every flag that is open at `world.as_of`, in a stable order."""
    items = [f for d in dossiers for f in dossier_flags(d, world)]
    items += [f for r in recommendations for f in recommendation_flags(r, world)]
    units = unit_flags(items, world)
    return tuple(sorted((*items, *units), key=lambda f: (f.item_key, f.flag.value)))


def unit_flags(items: Iterable[ItemFacts], world: World) -> tuple[ItemFacts, ...]:
    """Units that are asked for something but have no recipient, or an absent head without a delegate."""
    asked: dict[str, ItemFacts] = {}
    for item in items:
        if item.flag in _ASKED and is_enforced(item, world.rules.enforce_from):
            asked.setdefault(item.unit_code, item)
    found: list[ItemFacts] = []
    for code, sample in sorted(asked.items()):
        absence = world.directory.absence(code, world.today)
        if isinstance(world.directory.head(code, world.today), NoRecipient):
            found.append(_unit_facts(sample, Flag.NO_RECIPIENT))
        elif absence is not None and not absence.delegate_email:
            found.append(_unit_facts(sample, Flag.ABSENT_WITHOUT_DELEGATE))
    return tuple(f for f in found if f.flag.value not in world.rules.off)


def _unit_facts(sample: ItemFacts, flag: Flag) -> ItemFacts:
    key = f"unit/{sample.unit_code}"
    return ItemFacts(
        subject=Subject.UNIT,
        item_key=key,
        system="",
        code=sample.unit_code,
        flag=flag,
        unit_code=sample.unit_code,
        unit_name=sample.unit_name,
        recorded_unit_code=sample.unit_code,
        recorded_unit_name=sample.unit_name,
        arming=arming_event(key, flag, None),
        rule_version=sample.rule_version,
        calendar_version=sample.calendar_version,
    )
