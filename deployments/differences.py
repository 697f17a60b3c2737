"""Two rehearsed mornings compared: flags and mails that one has and the other has not, as values and as words."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deployments.quarantine_words import say

if TYPE_CHECKING:
    from flows.rehearsal import Picture, PlannedMail

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


def differences(before: "Picture", after: "Picture") -> dict[str, list[dict[str, Any]]]:
    """`flags` and `mails`, each with `change`: added, removed or changed."""
    return {
        "flags": list(_compared(before.flags, after.flags, _flag, lambda f: (f["tier"], f["days_late"], f["due_at"]))),
        "mails": list(_compared(before.mails, after.mails, _mail, lambda m: m.fingerprint)),
    }


def difference_lines(found: Mapping[str, list[dict[str, Any]]], locale: str) -> list[str]:
    """The same for people, one line a difference."""
    from tasks.mail.wording import wording

    words, lines = wording(locale), []
    for flag in found["flags"]:
        late = "" if flag["days_late"] is None else say("late", locale, n=flag["days_late"])
        told = {"code": flag["code"], "flag": words.say(f"flag.{flag['flag']}"), "unit": flag["unit_code"]}
        lines.append(say(f"flag_{flag['change']}", locale, **told, late=late))
    for mail in found["mails"]:
        told = {"post": mail["post"], "subject": mail["subject"], "before": mail["subject_before"]}
        lines.append(say(f"mail_{mail['change']}", locale, **told))
    return lines or [say("no_difference", locale)]


def _compared(
    before: Mapping[Any, Any],
    after: Mapping[Any, Any],
    told: Callable[[Any, Any], dict[str, Any]],
    mark: Callable[[Any], Any],
) -> Iterator[dict[str, Any]]:
    for key in sorted({*before, *after}):
        was, is_now = before.get(key), after.get(key)
        if was is None:
            yield {"change": ADDED, **told(is_now, None)}
        elif is_now is None:
            yield {"change": REMOVED, **told(was, was)}
        elif mark(was) != mark(is_now):
            yield {"change": CHANGED, **told(is_now, was)}


def _flag(flag: Mapping[str, Any], _was: object) -> dict[str, Any]:
    return {name: flag[name] for name in ("subject", "code", "flag", "unit_code", "tier", "due_at", "days_late")}


def _mail(mail: "PlannedMail", was: "PlannedMail | None") -> dict[str, Any]:
    told = {"audience": mail.audience, "recipient": mail.address, "post": mail.post, "subject": mail.subject}
    return {**told, "asked": mail.asked, "subject_before": "" if was is None else was.subject}
