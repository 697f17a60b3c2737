"""One run of a deployment becomes one run a source, on whichever worker is free. Nothing is pulled here.

How a part of one load is handed to other processes is `scaling`'s.
"""

import os
from pathlib import Path

from prefect.context import FlowRunContext
from prefect.deployments import run_deployment

from tasks.clock import machine_now
from tasks.run_context import RunRequest, inside_a_run
from tasks.settings import ConfigError, load_settings
from tasks.slots import scheduled_for

WAIT_SECONDS = 1800.0  # for the loads of all other sources


def one_run_a_source(request: RunRequest) -> int:
    """How many runs were started; 0: this one does the work, because nobody wants it otherwise or nobody could."""
    context = FlowRunContext.get()
    here = context.flow_run if context else None
    if here is None or here.deployment_id is None or inside_a_run() or request.source or request.dry_run:
        return 0
    try:
        settings = load_settings(Path(request.config), os.environ)
    except ConfigError:
        return 0  # told by the run itself
    names = [source.name for source in settings.sources] if settings.scale.side_by_side else []
    now = machine_now()  # slots that all come late, after an evening without power, start nothing twice
    turn = here.id if scheduled_for() is None else f"{now:%Y-%m-%d %H}:{now.minute // 15 * 15:02}"
    for name in names:
        run_deployment(
            here.deployment_id,
            parameters={
                "config": request.config,
                "as_of": request.as_of,
                "source": name,
                "wait_seconds": WAIT_SECONDS,
            },
            timeout=0,
            as_subflow=False,  # this run is over before they are
            idempotency_key=f"{turn} {name}",
        )
    return len(names)
