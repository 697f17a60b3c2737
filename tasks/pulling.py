"""Pull one source: its bodies are landed before anything is parsed, its records wait for the load in this process."""

import traceback
from datetime import datetime, time

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from expectations.sentences import sentence
from tasks.intake.landing import LandedBody
from tasks.narration import logger
from tasks.outcome import SURROUNDINGS
from tasks.rules.gates import GateLimits, PullCounts, gate
from tasks.rules.model import SourceLine
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, current
from tasks.settings import SecretError, Source
from tasks.settings_messages import sentence as secret_sentence
from tasks.source_factory import make_source
from tasks.sources.base import Note, Pulled, PullRequest, SourceFault
from tasks.sources.opencps import OpenCpsSource
from warehouse import current as current_rows
from warehouse import landed, loads, missed, source_figures

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


@task(name="pull", task_run_name="pull {source}", cache_policy=NO_CACHE, persist_result=False)
def pull_source(run_id: str, source: str) -> bool:
    """True when there is something to load. A source fault is recorded and told, the other sources go on."""
    run = current(run_id)
    configured = source_of(run, source)
    with run.store.reading() as conn:
        request = _request(run, conn, configured)
    try:
        reader = make_source(configured)
    except (SourceFault, SecretError) as fault:  # our side of it: a secret, the unit map
        return _told(run, configured, fault, "failed")
    try:
        pulled = reader.pull(request, run.landing)
    except SourceFault as fault:
        return _told(run, configured, fault, "refused" if fault.code in NOT_TO_BE_TAKEN else "failed")
    except OSError:
        return _told(run, configured, SourceFault("landing_failed", {"source": source}), "failed")
    except Exception as fault:  # noqa: BLE001 - one source's bug must not keep the mails of all others back
        return _told(run, configured, bug_of(run, configured, fault), "failed")
    with run.store.transaction() as conn:
        for body in pulled.bodies:
            register(run, conn, body)
    if refusals := _mass_vanish(run, source, request, pulled):
        brought = pulled.expected, pulled.data_moment
        record_fault(run, configured, "mass_vanish", " ".join(refusals), "refused", *brought)
        logger().error("%s: gate closed, nothing promoted", source)
        return False
    if isinstance(reader, OpenCpsSource) and reader.statistics_path:
        keep_figures(run, reader, request)
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


def keep_figures(run: Run, reader: OpenCpsSource, request: PullRequest) -> None:
    """The software's own figures, once a day; that they cannot be had fails nothing."""
    with run.store.reading() as conn:
        last = source_figures.last_kept_at(conn, reader.name)
    if last is not None and last.astimezone(HANOI).date() >= run.business_date:
        return
    try:
        bodies, told = reader.figures(request, run.landing)
    except (SourceFault, OSError) as fault:
        code = fault.code if isinstance(fault, SourceFault) else "landing_failed"
        note = Note(code="statistics_failed", params={"source": reader.name})
        logger().warning("%s: %s (%s)", reader.name, note.text(run.settings.locale), code)
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
            source_figures.keep(conn, reader.name, run.clock.as_of, period, rows)


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


def source_of(run: Run, name: str) -> Source:
    """The configured source of that name."""
    return next(s for s in run.settings.sources if s.name == name)


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


def bug_of(run: Run, source: Source, fault: Exception) -> SourceFault:
    """A fault of ours that one source brought to light: its type is told and its place logged, never its text.

    Raises the fault again where it is one of the surroundings, which no other source would get past either, and
    LockLostError when the run may not go on.
    """
    if isinstance(fault, SURROUNDINGS):
        raise fault
    run.ensure_lock()
    place = traceback.extract_tb(fault.__traceback__)[-1]
    logger().error("%s: %s at %s:%s", source.name, type(fault).__name__, place.name, place.lineno)
    return SourceFault("load_failed", {"source": source.name, "fault": type(fault).__name__})


def fault_sentence(fault: SourceFault | SecretError, locale: str) -> str:
    """What happened, where, and what to do."""
    return secret_sentence(fault.code, locale) if isinstance(fault, SecretError) else fault.sentence(locale)


def _request(run: Run, conn: Connection, source: Source) -> PullRequest:
    sweeping, dossiers = source.kind == "opencps", source.dataset == "dossiers"
    today = datetime.combine(run.business_date, time(), HANOI)
    return PullRequest(
        as_of=run.clock.as_of,
        promoted=landed.promoted_hashes(conn, source.name),
        files=landed.promoted_files(conn, source.name),
        newest_promoted=landed.newest_promoted(conn, source.name),
        newest_hashes=landed.newest_hashes(conn, source.name),
        known_open=current_rows.open_keys(conn, source.system, source.name) if dossiers else frozenset(),
        accept_drop=run.request.accept_drop,
        full=sweeping and missed.full_due(conn, source.name, today.replace(day=1), today),
        missed=missed.of_source(conn, source.name, sweeps=2),
        noticed=missed.of_source(conn, source.name),
    )
