"""A flow that never ends by itself, and another one inside it: for tests that cut it off."""

import time

from prefect import flow, tags

from flows.names import TAG


@flow(name="hanging-inside", persist_result=False)
def hanging_inside() -> None:
    while True:
        time.sleep(1)


@flow(name="hanging", persist_result=False)
def hanging_run(config: str = "") -> None:
    with tags(TAG):  # as flows/conclusion does
        hanging_inside()
