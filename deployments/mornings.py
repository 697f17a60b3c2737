"""Which moment a desk speaks of: now, in a sandbox that of its last run, and the next morning on which mails go out."""

from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING

from deployments.cli_context import CliContext

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.rules.office_hours import OfficeHours
    from tasks.rules.working_calendar import WorkingCalendar
    from tasks.settings import Settings


def desk_now(cli: CliContext, conn: "Connection", as_of: str = "") -> datetime:
    """The moment meant by --as-of, in a sandbox else that of its last run, else now. Raises UsageFaultError."""
    from deployments.cli_mail import act_now
    from warehouse.runs import recent_runs

    now = act_now(cli, as_of)
    if as_of or not cli.settings().warehouse.sandbox:
        return now
    recent = recent_runs(conn, 1)
    return recent[0]["as_of"] if recent else now


def next_morning(
    conn: "Connection", settings: "Settings", calendar: "WorkingCalendar", hours: "OfficeHours", now: datetime
) -> datetime:
    """This very moment while today's reminders have not left, else the opening of the next working day."""
    from tasks.rules.timezone import HANOI
    from tasks.rules.words import WITHOUT_ITEMS
    from warehouse.ledger_read import mails_of
    from warehouse.runs import last_flag_as_of

    local = now.astimezone(HANOI)
    today = local.date()
    reminders = (m for m in mails_of(conn, business_date=today) if m["audience"] not in WITHOUT_ITEMS)
    left = (m["state"] not in _WAITING for m in reminders)
    if calendar.is_working_day(today) and local.time() <= settings.reminders.catches_up_until and not any(left):
        return max(now, last_flag_as_of(conn) or now)
    return datetime.combine(calendar.next_working_day(today), hours.opening, tzinfo=HANOI)


def rehearsals(cli: CliContext) -> ModuleType:
    """`flows.rehearsal`, imported with Prefect kept quiet and at home."""
    from deployments.running import prefect_environment

    prefect_environment(cli.settings(), verbose=cli.verbose)
    import flows.rehearsal

    return flows.rehearsal


_WAITING = ("planned", "claimed", "retry", "held", "superseded", "expired")
