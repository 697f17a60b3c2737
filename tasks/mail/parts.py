"""A digest sorted by what is said of its items: the same grouping for subject, lead and blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tasks.rules.model import Audience, Digest, DigestItem, Flag, Role

VISIBLE_STEPS = frozenset({Audience.SUPERIOR, Audience.LEADERSHIP})  # level 1 goes to the reader anyway
_OWN_PART = {
    Flag.OVERDUE: "overdue",
    Flag.PAST_APPOINTMENT: "past",
    Flag.DUE_SOON: "soon",
    Flag.AWAITING_VERIFICATION: "verify",
    Flag.DUE_DATE_MISSING: "undated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Asked items by part in the order of the digest, and those that are told for other reasons."""

    overdue: tuple[DigestItem, ...]
    past: tuple[DigestItem, ...]
    soon: tuple[DigestItem, ...]
    verify: tuple[DigestItem, ...]
    undated: tuple[DigestItem, ...]
    question: tuple[DigestItem, ...]
    info: tuple[DigestItem, ...]
    cleared: tuple[DigestItem, ...]
    corrected: tuple[DigestItem, ...]

    @property
    def asked(self) -> tuple[DigestItem, ...]:
        """Everything the reader is asked for."""
        return self.overdue + self.past + self.soon + self.verify + self.undated + self.question

    @property
    def everything(self) -> tuple[DigestItem, ...]:
        """Every item that the mail names."""
        return self.asked + self.info + self.cleared + self.corrected


def parts_of(digest: Digest) -> Parts:
    """Sort the items of a digest."""
    asked = digest.items(Role.ASKED)

    def part(name: str) -> tuple[DigestItem, ...]:
        return tuple(i for i in asked if _part_of(i) == name)

    return Parts(
        overdue=part("overdue"),
        past=part("past"),
        soon=part("soon"),
        verify=part("verify"),
        undated=part("undated"),
        question=part("question"),
        info=digest.items(Role.INFORMED),
        cleared=digest.items(Role.CLEARED),
        corrected=digest.items(Role.CORRECTED),
    )


def is_counted(item: DigestItem) -> bool:
    """Told as one of a count instead of a row: due soon by a procedure of hours or of one day (design §7)."""
    return item.facts.flag is Flag.DUE_SOON and item.facts.same_day and not item.facts.holder_unknown


def _part_of(item: DigestItem) -> str:
    """Where nobody knows the holder, whatever is wrong is worded as a question."""
    return "question" if item.facts.holder_unknown else _OWN_PART.get(item.facts.flag, "question")


def step_dates(items: Sequence[DigestItem]) -> list[date]:
    """The different dates on which something happens to these items, earliest first."""
    return sorted({i.next_step.on for i in items if i.next_step and i.next_step.audience in VISIBLE_STEPS})


def unit_count(digest: Digest) -> int:
    """How many units the asked items lie with."""
    return len({s.unit_code for s in digest.sections if any(i.role is Role.ASKED for i in s.items)})
