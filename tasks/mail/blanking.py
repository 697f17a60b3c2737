"""One suspicious text must not silence a whole mail: it is left out, the item stays, and ops are told its code.

Only texts that explain an item may go (`BLANKABLE`); codes, dates, units and document numbers carry what is asked, and
a mail in which one of those looks personal is not sent at all.
"""

from collections.abc import Iterable
from dataclasses import replace

from tasks.mail.guard import PersonalDataError, scan
from tasks.mail.wording import wording
from tasks.rules.model import Digest, ItemFacts

BLANKABLE = ("title", "field", "step_name", "officer_post")


def personal_texts(facts: ItemFacts, allowed: Iterable[str] = ()) -> tuple[str, ...]:
    """Names of the blankable texts of an item that look like personal data; `allowed` words may stand in them."""
    known = {*allowed, facts.code}
    return tuple(name for name in BLANKABLE if _is_personal(getattr(facts, name), known))


def without_personal_texts(digest: Digest, locale: str, allowed: Iterable[str] = ()) -> Digest:
    """The same digest with a neutral phrase for every title that looks personal, and nothing for the smaller texts."""
    known = {*allowed, *(item.facts.code for item in digest.items())}
    phrase = wording(locale).say("row.blanked")

    def blanked(facts: ItemFacts) -> ItemFacts:
        gone = personal_texts(facts, known)
        return replace(
            facts,
            title=phrase if "title" in gone else facts.title,
            field="" if "field" in gone else facts.field,
            step_name="" if "step_name" in gone else facts.step_name,
            officer_post="" if "officer_post" in gone else facts.officer_post,
        )

    sections = tuple(
        replace(section, items=tuple(replace(item, facts=blanked(item.facts)) for item in section.items))
        for section in digest.sections
    )
    return replace(digest, sections=sections)


def _is_personal(text: str, allowed: Iterable[str]) -> bool:
    try:
        scan(text, allowed)
    except PersonalDataError:
        return True
    return False
