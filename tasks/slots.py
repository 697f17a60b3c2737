"""Slots: one morning a business date, and one turn for every moment of a schedule.

What comes late or twice has nothing to do: after three days without power every missed slot of every schedule fires,
oldest first, and none of them may work through what the first of them has done.
"""

from datetime import datetime

from prefect.context import FlowRunContext

from tasks.rules.timezone import HANOI
from tasks.run_context import Run
from warehouse import runs


def slot_is_done(run: Run) -> bool:
    """Whether a run of this flow has already completed on this business date; dry runs look at nothing.

    Once the mail window is open, one of the night before does not count: nothing has gone out since, and heads would be
    asked about what files of this morning say is done.
    """
    if run.dry_run:
        return False
    opens = datetime.combine(run.business_date, run.settings.reminders.opens, HANOI)
    with run.store.reading() as conn:
        since = opens if run.clock.as_of >= opens else None
        return runs.slot_done(conn, run.request.flow, run.business_date, since=since)


def is_overtaken(run: Run) -> bool:
    """Whether this run was made by a schedule and its flow has been at work since the moment it was meant for.

    What a person asks for is never overtaken. Says so in `run.idle`.
    """
    meant_for = scheduled_for()
    if meant_for is None or run.dry_run or run.request.reads_only:
        return False
    with run.store.reading() as conn:
        worked = runs.worked_between(conn, run.request.flow, meant_for, run.clock.as_of)
    run.idle = "overtaken" if worked else run.idle
    return worked


def scheduled_for() -> datetime | None:
    """The moment of its schedule that this run was made for; None for what a person or another run started."""
    context = FlowRunContext.get()
    made = context.flow_run if context else None
    return made.expected_start_time if made is not None and made.auto_scheduled else None
