"""Differences in the book that a look could not see: what they rest on stood in a file that is gone or was refused.

Asked only where a look does not tell everything. That such a difference is not found says nothing: it stands. Where
its file was read, or a file as new told the same key, it is known to be gone. Rows that the source no longer tells are
`side_findings.judge_lost`'s.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tasks.rules.difference_life import REFS
from tasks.run_context import Run
from tasks.settings import Source
from tasks.side_reading import Side
from warehouse import comparing_reads as reads


def unseen(run: Run, source: Source, side: Side, names_read: Collection[str]) -> set[str]:
    """Their keys. One dossier under several keys is as open as any of these."""
    with run.store.reading() as conn:
        standing = reads.standing_facts(conn, source.system, source.name)
    told = side.told(key for key, _ in standing)
    found = {
        key for key, facts in standing if "keys" not in facts and _is_open(key, facts.get(REFS) or {}, told, names_read)
    }
    return found | {key for key, facts in standing if not found.isdisjoint(facts.get("keys", ()))}


def _is_open(key: str, where: Mapping[str, Any], told: Mapping[str, datetime], names_read: Collection[str]) -> bool:
    if where.get("file") in names_read:
        return False
    since = where.get("told")
    return key not in told or (since is not None and told[key] < datetime.fromisoformat(since))
