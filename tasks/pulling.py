"""Pull one source: its bodies are landed before anything is parsed, its records wait for the load in this process.

Asking the source and landing what it gives is `fetching`'s; here it is judged and written down.
"""

from collections.abc import Sequence
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from expectations.sentences import sentence
from tasks.fetching import bug_of as bug_of
from tasks.fetching import fetch, still_standing
from tasks.fetching import source_of as source_of
from tasks.intake.landing import LandedBody
from tasks.narration import logger
from tasks.rules.gates import GateLimits, PullCounts, gate
from tasks.rules.model import SourceLine
from tasks.run_context import Run, current
from tasks.settings import SecretError, Source
from tasks.settings_messages import sentence as secret_sentence
from tasks.sources.base import Pulled, PullRequest, SourceFault
from tasks.sources.opencps_statistics import Figures
from warehouse import landed, loads, source_figures

# What came was read, and its shape or size says that nothing of it may be promoted: the source's gate (exit 4).
# All else could not be had or not be read (exit 3).
NOT_TO_BE_TAKEN = frozenset(
    {
        "missing_column",
        "duplicate_column",
        "total_mismatch",
        "page_loop",
        "too_many_pages",
        "sudden_zero",
        "mass_vanish",
        "sql_missing_column",
        "sql_duplicate_column",
        "sql_key_null",
        "sql_key_repeats",
        "sql_sudden_zero",
    }
)


@task(name="pull ahead", task_run_name="pull {source} ahead", cache_policy=NO_CACHE, persist_result=False)
def pull_ahead(run_id: str, source: str) -> None:
    """Pull and land before the run lock is held. `pull_source` takes it from there and writes down what came."""
    run = current(run_id)
    run.kept[source] = fetch(run, source_of(run, source))


@task(name="pull", task_run_name="pull {source}", cache_policy=NO_CACHE, persist_result=False)
def pull_source(run_id: str, source: str) -> bool:
    """True when there is something to load. A source fault is recorded and told, the other sources go on."""
    run = current(run_id)
    configured = source_of(run, source)
    fetched = still_standing(run, configured, run.kept.pop(source, None)) or fetch(run, configured)
    pulled = fetched.pulled
    if pulled is None:
        assert fetched.fault
        gated = fetched.asked and fetched.fault.code in NOT_TO_BE_TAKEN
        return _told(run, configured, fetched.fault, "refused" if gated else "failed")
    with run.store.transaction() as conn:
        for body in pulled.bodies:
            register(run, conn, body)
    if refusals := _mass_vanish(run, source, fetched.request, pulled):
        brought = pulled.expected, pulled.data_moment
        record_fault(run, configured, "mass_vanish", " ".join(refusals), "refused", *brought)
        logger().error("%s: gate closed, nothing promoted", source)
        return False
    keep_figures(run, source, *fetched.figures)
    run.kept[source] = pulled
    logger().info("%s: about %d records, %d bodies landed", source, pulled.expected, len(pulled.bodies))
    for note in pulled.notes if pulled.unchanged else ():  # else the load tells them, when all are known
        logger().warning("%s: %s", source, note.text(run.settings.locale))
    return True


def _mass_vanish(run: Run, source: str, request: PullRequest, pulled: Pulled) -> list[str]:
    """Why so many open dossiers gone at once close the gate; those that sweeps missed before are no news."""
    if request.accept_drop or not pulled.vanished:
        return []
    counts = PullCounts(pulled=0, quarantined=0, known=len(request.news), vanished=len(pulled.vanished & request.news))
    limits = GateLimits(max_vanished_ratio=run.settings.gates.max_vanished_ratio)
    reasons, named = gate(counts, limits).reasons, {"source": source}
    return [sentence(reason.code, run.settings.locale, {**reason.params, **named}) for reason in reasons]


def keep_figures(run: Run, source: str, bodies: Sequence[LandedBody], told: Sequence[Figures]) -> None:
    """What the software counts itself."""
    if not bodies:
        return
    with run.store.transaction() as conn:
        for body in bodies:
            register(run, conn, body)
        for period in dict.fromkeys((one.period_from, one.period_to) for one in told):
            rows = [
                {"agency": one.agency, "field": one.field, "figures": dict(one.counts)}
                for one in told
                if (one.period_from, one.period_to) == period
            ]
            source_figures.keep(conn, source, run.clock.as_of, period, rows)


def _told(run: Run, source: Source, fault: SourceFault | SecretError, state: str) -> bool:
    record_fault(run, source, fault.code, fault_sentence(fault, run.settings.locale), state)
    logger().error("%s: %s", source.name, fault.code)
    return False


def register(run: Run, conn: Connection, body: LandedBody) -> None:
    """Write down a body that lies in the landing."""
    landed.register_landed(
        conn,
        sha256=body.sha256,
        source=body.source,
        path=body.path,
        name=body.name,
        size=body.bytes,
        data_moment=body.data_moment,
        landed_at=run.clock.as_of,
    )


def record_fault(
    run: Run,
    source: Source,
    code: str,
    text: str,
    state: str,
    pulled: int = 0,
    data_moment: datetime | None = None,
) -> None:
    """A source of which nothing is promoted: `failed` (could not be had) or `refused` (a gate closed).

    `pulled` and `data_moment` tell what had come until then.
    """
    with run.store.transaction() as conn:
        loads.record_failure(
            conn,
            run_id=run.run_id,
            source=source.name,
            dataset=source.dataset,
            as_of=run.clock.as_of,
            state=state,
            error_code=code,
            error=text,
            data_moment=data_moment,
            pulled=pulled,
        )
    run.sources[source.name] = SourceLine(
        name=source.name,
        dataset=source.dataset,
        pulled=pulled,
        state=state,
        error=text,
        error_code=code,
        data_moment=data_moment,
        fresh=False,
    )


def fault_sentence(fault: SourceFault | SecretError, locale: str) -> str:
    """What happened, where, and what to do."""
    return secret_sentence(fault.code, locale) if isinstance(fault, SecretError) else fault.sentence(locale)
