"""The first live morning: whom it would reach with how many items, and which old matters would come along."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deployments.cli_context import CliContext
from deployments.cli_words import say

if TYPE_CHECKING:
    from flows.rehearsal import Picture
    from tasks.settings import Settings

OLD_TIER = 3  # more than twenty working days late
_SUBJECTS = {"dossier": "dossiers", "recommendation": "recommendations"}


def rehearsed(cli: CliContext, as_of: str = "") -> "Picture":
    """The next morning, played and thrown away. Raises what a run raises before it begins."""
    from deployments.cli_explain import working_time
    from deployments.mornings import desk_now, next_morning, rehearsals

    calendar, schedules = working_time(cli)
    with cli.reading() as conn:
        at = next_morning(conn, cli.settings(), calendar, schedules["default"], desk_now(cli, conn, as_of))
    picture: Picture = rehearsals(cli).rehearse(str(cli.config), at)
    return picture


def reach_lines(cli: CliContext, as_of: str) -> Iterator[str]:
    """By audience: every reader of the next morning with the number of items; then who else stands in the directory."""
    from deployments.quarantine_card import moment

    locale = cli.locale()
    picture = rehearsed(cli, as_of)
    mails = sorted(picture.mails.values(), key=lambda mail: (mail.audience, mail.post, mail.address))
    yield say("would_reach", locale, mode="live")
    for mail in mails:
        audience = say(f"audience_{mail.audience}", locale)
        yield say("reach_line", locale, audience=audience, post=mail.post, address=mail.address, n=mail.asked)
    if not mails:
        yield f"  {say('nobody', locale)}"
    told = {"moment": moment(picture.as_of), "mails": len(mails), "items": sum(mail.asked for mail in mails)}
    yield say("reach_total", locale, **told)
    others = _others(cli, {mail.address for mail in mails})
    if others:
        yield say("reach_later", locale)
        yield from (f"  {line}" for line in others)


def old_matters(cli: CliContext, settings: "Settings") -> dict[str, int]:
    """Sources without `enforce_from` that have long overdue items, while no head was ever written to."""
    from warehouse.flag_store import open_flags
    from warehouse.ledger_read import mails_of

    with cli.reading() as conn:
        if any(mail["audience"] != "ops" for mail in mails_of(conn, state="handed")):
            return {}
        flags = [f for f in open_flags(conn) if f["flag"] == "overdue" and f["tier"] == OLD_TIER]
    found: dict[str, int] = {}
    for source in settings.sources:
        mine = [f for f in flags if (f["system"], _SUBJECTS.get(f["subject"])) == (source.system, source.dataset)]
        if mine and source.enforce_from is None:
            found[source.name] = len(mine)
    return found


def mails_of_first_day(cli: CliContext) -> int | str:
    """How many mails the next morning would send; "?" where it cannot be rehearsed now."""
    from tasks.settings import ConfigError
    from warehouse.errors import WarehouseError

    try:
        return len(rehearsed(cli).mails)
    except (ConfigError, WarehouseError):
        return "?"


def _others(cli: CliContext, addresses: set[str]) -> list[str]:
    from warehouse import current

    with cli.reading() as conn:
        rows = [r for r in current.contacts(conn) if r["role"] in ("head", "superior", "leadership")]
    return sorted({f"{r['title'] or r['unit_code']} <{r['email']}>" for r in rows if r["email"] not in addresses})
