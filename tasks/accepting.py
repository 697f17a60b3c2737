"""Write down that a person accepts a source's drop: far fewer records than before are right this time.

The gates read the request itself; here it is only made sure that it names a source and a reason, and that the audit
keeps both.
"""

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.run_context import current
from warehouse import desk


class DropNotExplainedError(ValueError):
    """A drop is accepted for one named source and with a reason, or not at all; a usage fault (exit 2)."""


@task(name="note accepted drop", cache_policy=NO_CACHE, persist_result=False)
def note_accepted_drop(run_id: str) -> None:
    """The audit row of `--accept-drop`. Raises DropNotExplainedError."""
    run = current(run_id)
    source, reason = run.request.source, run.request.reason
    if not source or not reason.strip():
        raise DropNotExplainedError("accept_drop needs the name of one source and a reason")
    with run.store.transaction() as conn:
        desk.note_accepted_drop(conn, source, run.run_id, reason, run.clock.as_of)
    logger().warning("%s: a drop is accepted by a person", source)
