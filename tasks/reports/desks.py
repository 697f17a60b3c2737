"""The desks as a page and as the sections of `dondoc status`: each matter with its age and the command that settles it.

Pure: what waits is read by `warehouse/desk_lists`, the words stand in `desk_words`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.mail.wording import wording
from tasks.reports.desk_words import REASONS, WORDS
from tasks.reports.marks import code, safe, table
from tasks.rules.desk_model import Desk, Desks, Matter
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar

_MODES = ("shadow", "ops_only")
_HELD_FOR_WORDS = ("approval", "by_person", "restored")


@dataclass(frozen=True, slots=True)
class DeskView:
    """What the matters are told with: today's calendar, the source of the directory, the language."""

    now: datetime
    calendar: WorkingCalendar
    directory_source: str
    locale: str

    def word(self, key: str, **values: object) -> str:
        """A word of this page."""
        return WORDS[key][self.locale == "en"].format(**values)

    def age(self, since: datetime) -> int | None:
        """Whole working days it has been waiting; None where the calendar does not reach."""
        try:
            first, today = (moment.astimezone(HANOI).date() for moment in (since, self.now))
            return self.calendar.working_days_between(first, today)
        except CalendarUnknownError:
            return None

    def rows(self, desk: Desk, matters: tuple[Matter, ...]) -> Iterator[tuple[str, str, str, str]]:
        """What, why, since when, and the command, of each matter."""
        for one in matters:
            age = self.age(one.since)
            days = "" if age is None else self.word("age", n=age)
            since = f"{one.since.astimezone(HANOI):%d/%m/%Y}{days}"
            yield self.what(desk, one), self.why(desk, one), since, self.command(desk, one)

    def what(self, desk: Desk, one: Matter) -> str:
        """The matter in a few words."""
        if desk is Desk.HELD and one.why in _MODES:
            return self.word("several_mails", n=one.count)
        key = "mail" if desk in (Desk.HELD, Desk.UNCERTAIN) else desk.value
        where = one.where or self.word("unnamed")
        return self.word(f"what_{key}", about=one.about, where=where, n=one.count)

    def why(self, desk: Desk, one: Matter) -> str:
        """Its reason in words; a code of the mail server stays as it is."""
        if desk is Desk.MISMATCHES:
            key = f"cause.{one.why}"
            return wording(self.locale).say(key) if wording(self.locale).has(key) else one.why
        return reason_text(one.why, self.locale) or self.word(f"why_{desk.value}")

    def command(self, desk: Desk, one: Matter) -> str:
        """What to type; capitals are to be filled in, and what a person has to decide is left for them to add."""
        if desk is Desk.HELD and one.why in _MODES:
            return "dondoc mail mode live"
        if desk is Desk.NO_RECIPIENT or (desk is Desk.HELD and one.why not in _HELD_FOR_WORDS):
            return f"dondoc run sync --source {self.directory_source}"
        if desk is Desk.HELD and one.why == "restored":  # approving unseen could send it twice
            return f"dondoc outbox show {one.about}"
        commands = {
            Desk.UNCERTAIN: f"dondoc outbox resolve {one.about}",
            Desk.HELD: f"dondoc outbox approve {one.about}",
            Desk.QUARANTINE: f"dondoc quarantine show {one.about}",
            Desk.DISPUTES: f"dondoc dispute answer {one.about} --answer {self.word('answer')}",
            Desk.MISMATCHES: f"dondoc explain dossier {one.about}",
        }
        return commands[desk]


def reason_text(reason: str, locale: str) -> str:
    """Why a mail is held, refused or in doubt, in words; an unknown reason stays as it is."""
    known = "reply" if reason.isdigit() else reason
    return REASONS[known][locale == "en"].format(code=reason) if known in REASONS else reason


def desks_markdown(desks: Desks, view: DeskView) -> str:
    """The page of all desks: at most as many lines as were read."""
    moment = wording(view.locale).moment(view.now)
    parts = [f"# {view.word('title')}", view.word("as_of", moment=moment)]
    heads = tuple(view.word(f"head_{key}") for key in ("what", "why", "since", "command"))
    for desk, found in desks.items():
        if not found.matters:
            continue
        parts.append(f"## {view.word(f'desk_{desk.value}')} ({found.total})")
        rows = [(safe(what), safe(why), since, code(how)) for what, why, since, how in view.rows(desk, found.matters)]
        parts += [view.word(f"how_{desk.value}"), table(heads, rows)]
        if left := found.total - sum(one.count for one in found.matters):
            parts.append(view.word("more", n=left))
    empty = [view.word(f"desk_{desk.value}") for desk, found in desks.items() if not found.matters]
    parts += [view.word("empty", names="; ".join(empty))] if empty else []
    return "\n\n".join(parts) + "\n"


def desk_lines(desks: Desks, view: DeskView, most: int = 5) -> list[str]:
    """For the terminal: of each desk where something lies its oldest matters, two lines each."""
    lines: list[str] = []
    for desk, found in desks.items():
        if not found.total:
            continue
        lines += ["", f"{view.word(f'desk_{desk.value}')} ({found.total})"]
        for what, why, since, how in view.rows(desk, found.matters[:most]):
            lines += [f"- {what}: {why.removesuffix('.')}; {since}", f"  {how}"]
        if left := found.total - sum(one.count for one in found.matters[:most]):
            lines.append(view.word("more", n=left))
    return lines


def desks_plain(desks: Desks, view: DeskView) -> dict[str, Any]:
    """The desks for machines: under each name its total and its lines."""
    return {
        desk.value: {
            "total": found.total,
            "lines": [
                {
                    "about": one.about,
                    "where": one.where,
                    "reason": one.why,
                    "count": one.count,
                    "since": one.since,
                    "age_working_days": view.age(one.since),
                    "command": view.command(desk, one),
                }
                for one in found.matters
            ],
        }
        for desk, found in desks.items()
    }
