"""Asking one source and landing what it gives, from what the warehouse knows of it. No row is written here.

Hence it may be done before the run lock is held. What came is written down by `pulling`, under that lock.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from tasks.intake.landing import LandedBody
from tasks.narration import logger
from tasks.outcome import SURROUNDINGS
from tasks.rules.timezone import HANOI
from tasks.run_context import Run
from tasks.settings import SecretError, Source
from tasks.source_factory import make_source
from tasks.sources.base import Note, Pulled, PullRequest, SourceFault
from tasks.sources.opencps import OpenCpsSource
from tasks.sources.opencps_statistics import Figures
from warehouse import current as current_rows
from warehouse import landed, missed, source_figures
from warehouse.memory import is_out_of_memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a source gave when it was asked that: a pull with its own figures, where it tells any, or one fault."""

    request: PullRequest
    pulled: Pulled | None = None
    fault: SourceFault | SecretError | None = None
    asked: bool = True  # False: the fault is on our side, the source was not asked
    figures: tuple[Sequence[LandedBody], Sequence[Figures]] = ((), ())


def fetch(run: Run, source: Source) -> Fetched:
    """Ask and land."""
    request = _request(run, source)
    try:
        reader = make_source(source)
    except (SourceFault, SecretError) as fault:  # our side of it: a secret, the unit map
        return Fetched(request=request, fault=fault, asked=False)
    try:
        pulled = reader.pull(request, run.landing)
    except SourceFault as fault:
        return Fetched(request=request, fault=fault)
    except OSError:
        return Fetched(request=request, fault=SourceFault("landing_failed", {"source": source.name}))
    except Exception as fault:  # noqa: BLE001 - one source's bug must not keep the mails of all others back
        return Fetched(request=request, fault=bug_of(run, source, fault))
    if isinstance(reader, OpenCpsSource) and reader.statistics_path:
        return Fetched(request=request, pulled=pulled, figures=_figures(run, reader, request))
    return Fetched(request=request, pulled=pulled)


def still_standing(run: Run, source: Source, early: Fetched | None) -> Fetched | None:
    """What was fetched before our turn, unless the warehouse has meanwhile learnt what would be asked otherwise."""
    if early is None or replace(_request(run, source), as_of=early.request.as_of) == early.request:
        return early
    logger().info("%s: the warehouse has moved on since, pulled again", source.name)
    return None


def source_of(run: Run, name: str) -> Source:
    """The configured source of that name."""
    return next(s for s in run.settings.sources if s.name == name)


def bug_of(run: Run, source: Source, fault: Exception) -> SourceFault:
    """A fault of ours that one source brought to light: its type is told and its place logged, never its text.

    Raises the fault again where it is one of the surroundings, which no other source would get past either, and
    LockLostError when the run may not go on.
    """
    if isinstance(fault, SURROUNDINGS):
        raise fault
    run.ensure_lock()
    if is_out_of_memory(fault):
        return SourceFault("out_of_memory", {"source": source.name})
    place = traceback.extract_tb(fault.__traceback__)[-1]
    logger().error("%s: %s at %s:%s", source.name, type(fault).__name__, place.name, place.lineno)
    return SourceFault("load_failed", {"source": source.name, "fault": type(fault).__name__})


def _figures(run: Run, reader: OpenCpsSource, request: PullRequest) -> tuple[Sequence[LandedBody], Sequence[Figures]]:
    """The software's own figures, once a day; that they cannot be had fails nothing."""
    with run.store.reading() as conn:
        last = source_figures.last_kept_at(conn, reader.name)
    if last is not None and last.astimezone(HANOI).date() >= run.business_date:
        return (), ()
    try:
        return reader.figures(request, run.landing)
    except (SourceFault, OSError) as fault:
        code = fault.code if isinstance(fault, SourceFault) else "landing_failed"
        note = Note(code="statistics_failed", params={"source": reader.name})
        logger().warning("%s: %s (%s)", reader.name, note.text(run.settings.locale), code)
        return (), ()


def _request(run: Run, source: Source) -> PullRequest:
    sweeping, dossiers = source.kind == "opencps", source.dataset == "dossiers"
    today = datetime.combine(run.business_date, time(), HANOI)
    with run.store.reading() as conn:
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
