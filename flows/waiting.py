"""Waiting for a person inside a run: Prefect's pause with a form, and an end when nobody answers.

Prefect's own `pause_flow_run` lets the server fail a run whose patience is over. That nobody answered is no failure:
here the server is given longer than we wait, so that the run still may say how it ended.
"""

import time
from typing import TypeVar, cast
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.input import RunInput, keyset_from_paused_state
from prefect.runtime import flow_run
from prefect.states import Paused
from prefect.utilities.engine import propose_state_sync

ASK_EVERY_SECONDS = 2.0
GRACE_SECONDS = 300

Form = TypeVar("Form", bound=RunInput)


def answer_to(form: type[Form], seconds: int, key: str) -> Form | None:
    """Pause until the form of this run is filled in; None when nobody did so in time. `key`: another one a pause."""
    run_id = UUID(flow_run.get_id())
    paused: State[None] = Paused(timeout_seconds=seconds + GRACE_SECONDS, pause_key=key)
    keys = keyset_from_paused_state(paused)
    paused.state_details.run_input_keyset = dict(keys)  # type: ignore[arg-type]
    until = time.monotonic() + seconds
    with get_client(sync_client=True) as client:
        propose_state_sync(client, paused, flow_run_id=run_id)
        form.save(keys)
        while True:
            state = client.read_flow_run(run_id).state
            if state is not None and state.is_running():
                return cast("Form", form.load(keys))  # a coroutine only inside an event loop
            if time.monotonic() >= until or (state is not None and state.is_final()):
                return None
            time.sleep(ASK_EVERY_SECONDS)
