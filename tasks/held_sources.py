"""Which sources' items stay out of today's mails: stale, refused, out of band or never loaded (design §9, Gates).

A pull that failed is not yet stale: while the last good data are within `max_age_hours` they are mailed with their
data moment. A refusal stands until the source brings something that can be taken. A source that is no longer
configured is held for as long as anything open is its own: nobody asks it any more whether that is still true.
"""

from datetime import timedelta

from sqlalchemy import Connection

from tasks.rules.datasets import DATASETS
from tasks.rules.freshness import working_age
from tasks.run_context import Run
from tasks.settings import Source
from warehouse import current, day_book, flag_history, freshness

# Logs without which the items they tell of could be called late wrongly: no pause, no report is known.
_LOG_OF = {"dossier_events": "dossiers", "recommendation_events": "recommendations"}


def held_sources(run: Run, conn: Connection) -> frozenset[str]:
    """Names of the sources whose items stay out: not to be trusted, or with a number of flags nobody expects."""
    unusual, gone = (
        flag_history.held_sources(conn),
        current.unconfigured_sources(conn, (s.name for s in run.settings.sources)),
    )
    return distrusted_sources(run, conn) | unusual.keys() | gone.keys()


def distrusted_sources(run: Run, conn: Connection) -> frozenset[str]:
    """Names of the sources whose figures cannot be trusted this morning, those of a log that cannot be included."""
    fresh = fresh_sources(run, conn)
    judged = (s for s in run.settings.sources if DATASETS[s.dataset].aged or s.dataset in _LOG_OF)
    doubtful = [s for s in judged if not fresh[s.name]]
    silenced = {(s.system, _LOG_OF[s.dataset]) for s in doubtful if s.dataset in _LOG_OF}
    dependents = {s.name for s in run.settings.sources if (s.system, s.dataset) in silenced}
    return frozenset({s.name for s in doubtful} | dependents)


def fresh_sources(run: Run, conn: Connection) -> dict[str, bool]:
    """For every configured source: whether its figures may be mailed."""
    states, refused = freshness.latest_loads(conn), day_book.refused_sources(conn)
    return {s.name: s.name not in refused and _is_fresh(run, s, states.get(s.name)) for s in run.settings.sources}


def _is_fresh(run: Run, source: Source, state: freshness.SourceState | None) -> bool:
    if state is None or state.data_moment is None:
        return False
    if not DATASETS[source.dataset].aged:  # may rest for weeks: only a pull that worked says that nothing is new
        return state.last_state != "failed"
    age = working_age(state.data_moment, run.clock.as_of, run.calendar)
    return age <= timedelta(hours=source.max_age_hours)
