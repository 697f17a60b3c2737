"""What the parts of one pull meet before they are staged: where a run and its warehouse become an `Intake`."""

from expectations.check_context import CheckContext
from tasks.part_intake import Intake
from tasks.rules.datasets import DATASETS
from tasks.run_context import Run
from tasks.settings import OpencpsSource, Source
from tasks.source_factory import normalise_context
from warehouse import quarantine_desk
from warehouse.current import open_keys


def intake_of(run: Run, source: Source) -> Intake:
    """What the parts of that source go through, as the warehouse stands now."""
    mode = None if isinstance(source, OpencpsSource) else source.mode
    with run.store.reading() as conn:
        known_open = open_keys(conn, source.system) if source.dataset == "dossiers" else frozenset()
        released = quarantine_desk.released_identities(conn, source.name)
    return Intake(
        dataset=DATASETS[source.dataset],
        normalise=normalise_context(run, source),
        check=CheckContext(now=run.now_for_plausibility(), closing=run.hours.closing, mode=mode),
        known_open=known_open,
        released=released,
    )
