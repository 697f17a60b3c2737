"""How far a long load has come: a line in the log for the terminal, a progress artifact for the run's page."""

from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.context import TaskRunContext

from tasks.narration import logger
from tasks.sources.base import PART_ROWS


class Progress:
    """Of one source. Short loads say nothing: the artifact begins with the second part."""

    def __init__(self, source: str, expected: int) -> None:
        self._source = source
        self._expected = expected
        self._done = 0
        self._artifact: UUID | None = None

    def advance(self, records: int) -> None:
        """So many more records are staged."""
        self._done += records
        if self._expected <= PART_ROWS and self._done <= PART_ROWS:
            return
        logger().info("%s: %d of about %d records staged", self._source, self._done, max(self._expected, self._done))
        share = min(99.0, 100.0 * self._done / max(self._expected, self._done))
        self._show(share)

    def finish(self) -> None:
        """Everything is in the warehouse."""
        if self._artifact is not None:
            self._show(100.0)

    def _show(self, percent: float) -> None:
        """Only in a run of Prefect's, and never at the price of the load: a picture that cannot be drawn is left."""
        if TaskRunContext.get() is None:
            return
        try:
            self._draw(percent)
        except Exception as error:  # noqa: BLE001 - whatever the server's trouble is, it is not the load's
            logger().warning("%s: progress is not shown (%s)", self._source, type(error).__name__)

    def _draw(self, percent: float) -> None:
        if self._artifact is not None:
            update_progress_artifact(artifact_id=self._artifact, progress=percent)
            return
        key = f"load-{self._source}".replace("_", "-")
        made = create_progress_artifact(progress=percent, key=key, description=f"Nạp nguồn {self._source}")
        self._artifact = cast("UUID", made)
