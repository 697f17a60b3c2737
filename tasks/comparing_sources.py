"""Compare one source of dossiers with the warehouse: nothing is promoted, nothing but the run's comparison is left.

Counts first, then units and months, then rows, then columns. The story of one source stands here; which segments are
read is `side_segments`', how records are taken in `side_reading`', what is said of them `side_findings`', whether it
moved meanwhile `second_look`'s.
"""

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.intake.landing import LandingError
from tasks.narration import logger
from tasks.pulling import NOT_TO_BE_TAKEN, bug_of, fault_sentence, source_of
from tasks.rules.difference_model import Notice, SourceSide
from tasks.rules.model import SourceLine
from tasks.run_context import Run, current
from tasks.settings import SecretError, Source
from tasks.side_look import SideLook
from tasks.side_mates import settle_mates
from tasks.sources.base import SourceFault


@task(name="compare source", task_run_name="compare {source}", cache_policy=NO_CACHE, persist_result=False)
def compare_source(run_id: str, source: str) -> dict[str, int]:
    """What the source tells against what is current here; counts of records read, findings and moving records."""
    run = current(run_id)
    configured = source_of(run, source)
    told = _looked_at(run, configured)
    settle_mates(run, configured.system)
    return told


def _looked_at(run: Run, configured: Source) -> dict[str, int]:
    source = configured.name
    try:
        side = SideLook(run, configured).through()
    except (SourceFault, SecretError) as fault:
        return _unjudged(run, configured, fault)
    except (OSError, LandingError):
        return _unjudged(run, configured, SourceFault("landing_failed", {"source": source}))
    except Exception as fault:  # noqa: BLE001 - what one source brought to light must not keep the others' result back
        return _unjudged(run, configured, bug_of(run, configured, fault))
    found = sum(finding.source == source for finding in run.comparison.findings)
    logger().info("%s: %d records read, %d differences, %d moving", source, side.read, found, side.moving)
    return {"read": side.read, "found": found, "moving": side.moving}


def _unjudged(run: Run, source: Source, fault: SourceFault | SecretError) -> dict[str, int]:
    """Nothing is known of this side: nothing found there, nothing mended there."""
    text = fault_sentence(fault, run.settings.locale)
    comparison = run.comparison
    comparison.findings[:] = [finding for finding in comparison.findings if finding.source != source.name]
    comparison.compared.pop(source.name, None)
    comparison.sides[source.name] = SourceSide(name=source.name, system=source.system, judged=False)
    comparison.notices.append(Notice(code="source_not_read", params={"source": source.name, "why": text}))
    run.sources[source.name] = SourceLine(
        name=source.name,
        dataset=source.dataset,
        state="refused" if fault.code in NOT_TO_BE_TAKEN else "failed",
        error=text,
        error_code=fault.code,
        fresh=False,
    )
    logger().error("%s: %s", source.name, fault.code)
    return {}
