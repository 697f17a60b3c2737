"""The volume band, fed from the books: how many flags of each source go to heads, and what is unusual."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection

from expectations.sentences import sentence
from tasks.held_sources import distrusted_sources
from tasks.mail.wording import wording
from tasks.rules.arming import HEAD_FLAGS
from tasks.rules.band import BandState, Figure, judged
from tasks.rules.enforcement import is_enforced
from tasks.rules.gates import GateLimits
from tasks.rules.model import ItemFacts
from tasks.rules.timezone import HANOI
from tasks.run_context import Run
from warehouse import flag_history

_FLAGGED_DATASETS = ("dossiers", "recommendations")


def figures_of(run: Run, conn: Connection, items: Iterable[ItemFacts]) -> dict[str, dict[str, Any]]:
    """Per source the number of its flags for heads and what the band says of it.

    Sources whose figures cannot be trusted for another reason have none: they say nothing about what is usual.
    """
    rules = run.flag_rules.enforce_from
    counts = Counter(i.source for i in items if i.flag in HEAD_FLAGS and is_enforced(i, rules))
    silent, history = distrusted_sources(run, conn), _history(conn)
    midnight = datetime.combine(run.business_date, time(), tzinfo=HANOI)
    accepted = flag_history.accepted_sources(conn, midnight, run.clock.as_of)
    limits = GateLimits(band=run.settings.gates.band)
    found: dict[str, dict[str, Any]] = {}
    for source in run.settings.sources:
        if source.dataset not in _FLAGGED_DATASETS or source.name in silent:
            continue
        flagged = counts[source.name]
        verdict = judged(flagged, history[source.name], run.business_date, limits, accepted=source.name in accepted)
        found[source.name] = {"flagged": flagged, "state": verdict.state.value}
        if verdict.reason is not None:
            why = sentence(verdict.reason.code, run.settings.locale, verdict.reason.params)
            found[source.name]["why"] = wording(run.settings.locale).say("bulletin.band", name=source.name, why=why)
    return found


def _history(conn: Connection) -> dict[str, list[Figure]]:
    out: dict[str, list[Figure]] = defaultdict(list)
    for _, day, by_source in flag_history.figures(conn):
        for name, told in by_source.items():
            out[name].append(Figure(day, int(told["flagged"]), BandState(told["state"])))
    return out
