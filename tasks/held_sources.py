"""Which sources' items stay out of today's mails: stale, refused or never loaded (design §9, Gates)."""

from datetime import timedelta

from sqlalchemy import Connection

from tasks.rules.datasets import DATASETS
from tasks.rules.freshness import working_age
from tasks.run_context import Run
from tasks.settings import Source
from warehouse import freshness


def held_sources(run: Run, conn: Connection) -> frozenset[str]:
    """Names of dossier and recommendation sources whose figures cannot be trusted this morning.

    A stale event source holds the dossiers of its system: without its pauses a dossier could be called late wrongly.
    """
    fresh = fresh_sources(run, conn)
    stale = [s for s in run.settings.sources if DATASETS[s.dataset].aged and not fresh[s.name]]
    systems = {s.system for s in stale if s.dataset == "dossier_events"}
    dependents = {s.name for s in run.settings.sources if s.dataset == "dossiers" and s.system in systems}
    return frozenset({s.name for s in stale} | dependents)


def fresh_sources(run: Run, conn: Connection) -> dict[str, bool]:
    """For every configured source: promoted, and for aged datasets not older than `max_age_hours` of working days."""
    states = freshness.latest_loads(conn)
    return {s.name: _is_fresh(run, s, states.get(s.name)) for s in run.settings.sources}


def _is_fresh(run: Run, source: Source, state: freshness.SourceState | None) -> bool:
    if state is None or state.data_moment is None or state.last_state in ("refused", "failed"):
        return False
    if not DATASETS[source.dataset].aged:
        return True
    age = working_age(state.data_moment, run.clock.as_of, run.calendar)
    return age <= timedelta(hours=source.max_age_hours)
