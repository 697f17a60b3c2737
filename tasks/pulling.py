"""Pull one source: its bodies are landed before anything is parsed, its records wait for the load in this process."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.intake.landing import LandedBody
from tasks.narration import logger
from tasks.rules.model import SourceLine
from tasks.run_context import Run, current
from tasks.settings import SecretError, Source
from tasks.settings_messages import sentence as secret_sentence
from tasks.source_factory import make_source
from tasks.sources.base import PullRequest, SourceFault
from warehouse import current as current_rows
from warehouse import landed, loads

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
    with run.store.transaction() as conn:
        for body in pulled.bodies:
            _register(run, conn, body)
    run.kept[source] = pulled
    logger().info("%s: about %d records, %d bodies landed", source, pulled.expected, len(pulled.bodies))
    for note in pulled.notes:
        logger().warning("%s: %s", source, note.text(run.settings.locale))
    return True


def _told(run: Run, source: Source, fault: SourceFault | SecretError, state: str) -> bool:
    record_fault(run, source, fault.code, fault_sentence(fault, run.settings.locale), state)
    logger().error("%s: %s", source.name, fault.code)
    return False


def _register(run: Run, conn: Connection, body: LandedBody) -> None:
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


def record_fault(run: Run, source: Source, code: str, text: str, state: str) -> None:
    """A source that brought nothing: `failed` (could not be had) or `refused` (a gate closed)."""
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
        )
    run.sources[source.name] = SourceLine(
        name=source.name, dataset=source.dataset, state=state, error=text, fresh=False
    )


def fault_sentence(fault: SourceFault | SecretError, locale: str) -> str:
    """What happened, where, and what to do."""
    return secret_sentence(fault.code, locale) if isinstance(fault, SecretError) else fault.sentence(locale)


def _request(run: Run, conn: Connection, source: Source) -> PullRequest:
    known_open = current_rows.open_keys(conn, source.system) if source.kind == "opencps" else frozenset()
    return PullRequest(
        as_of=run.clock.as_of,
        promoted=landed.promoted_hashes(conn, source.name),
        newest_promoted=landed.newest_promoted(conn, source.name),
        newest_hashes=landed.newest_hashes(conn, source.name),
        known_open=known_open,
        accept_drop=run.request.accept_drop,
    )
