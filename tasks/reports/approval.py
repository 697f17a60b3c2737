"""Mails that wait for a person, as he sees them: a table of what they tell, the fields of his form, the outcome.

Pure rendering: codes, posts and days, never a citizen. What is held and what a decision does is `tasks/approving`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from tasks.reports.approval_words import WORDS
from tasks.rules.model import Digest, Role
from tasks.rules.timezone import HANOI

MOST_ROWS = 200  # a table artifact is stored whole
KEEP, APPROVE, DROP = "keep", "approve", "drop"
CHOICES = (KEEP, APPROVE, DROP)
_FIELD = "mail_{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMail:
    """One mail that a person may let go."""

    mail_id: int
    post: str
    subject: str
    reason: str  # code `approval`, or the words of who held it
    digest: Digest | None = None  # None: a bulletin or a report


def say(locale: str, key: str, **words: object) -> str:
    """A sentence of an approval."""
    return WORDS[locale][key].format(**words)


def clock_of(locale: str, at: datetime) -> str:
    """Time of day and date as people read them."""
    local = at.astimezone(HANOI)
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}" if locale == "vi" else f"{local:%d/%m/%Y %H:%M}"


def table_of(mails: Sequence[HeldMail], locale: str) -> tuple[list[dict[str, str]], str]:
    """One row for each item asked for, at most `MOST_ROWS`; and the sentence above them."""
    heads = say(locale, "heads").split("|")
    rows = [dict(zip(heads, cells, strict=True)) for mail in mails for cells in _cells(mail, locale)]
    told = say(locale, "table", n=len(mails), items=sum(len(_asked(m)) for m in mails))
    if len(rows) > MOST_ROWS:
        told += " " + say(locale, "cut", shown=MOST_ROWS)
    return rows[:MOST_ROWS], told


def form_of(mails: Sequence[HeldMail], locale: str, base: type[Any]) -> type[Any]:
    """The model of the form: who approves, one choice a mail, a reason. `base` gives it its place in Prefect."""
    words = {choice: say(locale, choice) for choice in CHOICES}
    choice: Any = Literal[tuple(words.values())]
    fields: dict[str, Any] = {
        "approver": _text(locale, "approver", 120, least=1),
        **{
            _FIELD.format(mail.mail_id): (
                choice,
                Field(
                    words[KEEP],
                    title=say(locale, "mail", id=mail.mail_id, post=mail.post),
                    description=say(locale, "mail_note", subject=mail.subject),
                ),
            )
            for mail in mails
        },
        "reason": _text(locale, "reason", 300, default=""),
    }
    made: type[Any] = create_model("Approval", __base__=base, **fields)
    return made


def choices_in(given: Mapping[str, Any], mails: Sequence[HeldMail], locale: str) -> dict[int, str]:
    """mail id → keep, approve or drop, from a form that was filled in."""
    meant = {say(locale, choice): choice for choice in CHOICES}
    return {mail.mail_id: meant[given[_FIELD.format(mail.mail_id)]] for mail in mails}


def _text(locale: str, key: str, longest: int, *, least: int = 0, **default: Any) -> tuple[Any, Any]:
    title, note = say(locale, key), say(locale, f"{key}_note")
    return Annotated[str, Field(min_length=least, max_length=longest)], Field(title=title, description=note, **default)


def _asked(mail: HeldMail) -> list[tuple[str, Any]]:
    """(unit, facts) of every item asked for."""
    sections = mail.digest.sections if mail.digest else ()
    return [(s.unit_name, item.facts) for s in sections for item in s.items if item.role is Role.ASKED]


def _cells(mail: HeldMail, locale: str) -> list[tuple[str, ...]]:
    reason = say(locale, mail.reason) if mail.reason == "approval" else mail.reason
    first = (str(mail.mail_id), mail.post, reason)
    lines = [
        (unit, facts.code, f"{facts.due_at.astimezone(HANOI):%d/%m/%Y}" if facts.due_at else "", f"{facts.days_late}")
        for unit, facts in _asked(mail)
    ]
    return [(*first, *line) for line in lines or [(mail.subject, "", "", "")]]
