"""Level 3: who hears of an item at each level, and which mails wait for a person's approval. The rules alone."""

from dataclasses import replace
from datetime import date

import pytest

from tasks.rules.dossier_flags import dossier_flags
from tasks.rules.ladder import DEFAULT_LADDER, Asked, Rung, audiences_above, needs_approval, standing
from tasks.rules.model import (
    Audience,
    Digest,
    DigestItem,
    DigestKind,
    Flag,
    ItemFacts,
    NextStep,
    Recipient,
    Role,
    Section,
)
from tests.unit import story_world as story

MONDAY = date(2026, 11, 23)
TOLD_ABOVE = date(2026, 11, 27)  # three working days after Monday: Tuesday is a holiday
DUE_UPSTAIRS = date(2026, 12, 11)  # ten working days after that
HEAD, SUPERIOR, LEADERSHIP = Audience.HEAD, Audience.SUPERIOR, Audience.LEADERSHIP


def overdue(day: date) -> ItemFacts:
    return next(f for f in dossier_flags(story.dossier("A1", MONDAY), story.world(day)) if f.flag is Flag.OVERDUE)


def asked(level: int, day: date, **more: object) -> Asked:
    facts = overdue(MONDAY)
    given = {"item_key": facts.item_key, "arming": facts.arming, "unit_code": facts.unit_code}
    return Asked(**(given | {"level": level, "business_date": day} | more))  # type: ignore[arg-type]


TWO_STEPS = (asked(1, MONDAY), asked(2, TOLD_ABOVE, announced_level=3, announced_on=DUE_UPSTAIRS))


def level(day: date, *history: Asked, frozen: frozenset[date] = frozenset()) -> int:
    return standing(overdue(day), history, story.CALENDAR, day, frozen_days=frozen).level


@pytest.mark.parametrize(
    ("case", "day", "history", "expected"),
    [
        ("a day before the waiting days are over", date(2026, 12, 10), TWO_STEPS, 2),
        ("on the day that was announced", DUE_UPSTAIRS, TWO_STEPS, 3),
        ("nothing stands above the highest level", date(2027, 2, 26), (*TWO_STEPS, asked(3, DUE_UPSTAIRS)), 3),
        ("told at level 1 only, however long ago", date(2027, 2, 26), (asked(1, MONDAY),), 2),
        ("announced for later by the last mail", DUE_UPSTAIRS, (*TWO_STEPS, asked(2, date(2026, 12, 4),
            announced_level=3, announced_on=date(2026, 12, 14))), 2),
    ],
)  # fmt: skip
def test_level_three_is_reached(case: str, day: date, history: tuple[Asked, ...], expected: int) -> None:
    assert level(day, *history) == expected, case


def test_days_in_dispute_do_not_count() -> None:
    quiet = frozenset({date(2026, 12, 1), date(2026, 12, 2)})
    assert level(DUE_UPSTAIRS, *TWO_STEPS, frozen=quiet) == 2
    assert level(date(2026, 12, 15), *TWO_STEPS, frozen=quiet) == 3


def test_the_last_level_announces_nothing() -> None:
    stands = standing(overdue(DUE_UPSTAIRS), TWO_STEPS, story.CALENDAR, DUE_UPSTAIRS)
    assert (stands.level, stands.next_step, stands.asked_since) == (3, None, MONDAY)
    before = standing(overdue(TOLD_ABOVE), TWO_STEPS[:1], story.CALENDAR, TOLD_ABOVE)
    assert before.next_step == NextStep(level=3, audience=LEADERSHIP, on=DUE_UPSTAIRS)


TWO_SUPERIORS = (Rung(1, 0, HEAD), Rung(2, 3, SUPERIOR), Rung(3, 5, SUPERIOR), Rung(4, 5, LEADERSHIP))


@pytest.mark.parametrize(
    ("ladder", "stands", "told"),
    [
        (DEFAULT_LADDER, 1, ()),
        (DEFAULT_LADDER, 2, (SUPERIOR,)),
        (DEFAULT_LADDER, 3, (SUPERIOR, LEADERSHIP)),
        (DEFAULT_LADDER[:2], 2, (SUPERIOR,)),
        (TWO_SUPERIORS, 3, (SUPERIOR,)),
        (TWO_SUPERIORS, 4, (SUPERIOR, LEADERSHIP)),
        ((Rung(1, 0, HEAD), Rung(2, 3, HEAD)), 2, ()),
    ],
)
def test_each_is_told_once_beside_the_head(ladder: tuple[Rung, ...], stands: int, told: tuple[Audience, ...]) -> None:
    assert audiences_above(stands, ladder) == told


def mail(audience: Audience, role: Role = Role.ASKED, stands: int = 3) -> Digest:
    facts = overdue(DUE_UPSTAIRS)
    section = Section(unit_code="31231", unit_name="", items=(DigestItem(facts=facts, role=role, level=stands),))
    return Digest(
        business_date=DUE_UPSTAIRS,
        audience=audience,
        recipient=Recipient(address="ld@x.gov.vn", post="ld"),
        revision=1,
        kind=DigestKind.REMINDER,
        sections=(section,),
        as_of=story.as_of(DUE_UPSTAIRS),
        data_moment=None,
    )


@pytest.mark.parametrize(
    ("digest", "waits"),
    [
        (mail(LEADERSHIP), True),
        (mail(SUPERIOR), False),
        (mail(HEAD), False),
        (mail(LEADERSHIP, Role.CORRECTED), False),  # a correction of what was said needs nobody's leave
        (mail(LEADERSHIP, stands=2), False),
    ],
)
def test_only_the_leadership_list_waits_for_a_person(digest: Digest, waits: bool) -> None:
    assert needs_approval(digest, DEFAULT_LADDER) is waits
    assert not needs_approval(digest, tuple(replace(rung, approval=False) for rung in DEFAULT_LADDER))
