"""What the warehouse and the book held of a source when the look at it began: asked once, before the source is."""

from dataclasses import dataclass
from datetime import datetime

from tasks.run_context import Run
from tasks.settings import Source
from warehouse import comparing_reads as reads
from warehouse import landed, quarantine_desk
from warehouse.current import open_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """`newest`: the newest version there was. `held`, `oldest`: current rows in scope, and the first receipt of them.

    `last_pull`: as of when the source was last promoted. `promoted`, `newest_promoted`: hashes and newest moment
    of promoted bodies. `standing`: differences
    of the source that are not fixed. `units`: codes of units that are known.
    """

    newest: int
    held: int
    oldest: datetime | None
    last_pull: datetime | None
    promoted: frozenset[str]
    newest_promoted: datetime | None
    known_open: frozenset[str]
    released: frozenset[tuple[str, str]]
    standing: list[reads.Standing]
    units: frozenset[str]


def before(run: Run, source: Source) -> Before:
    """All of it, in one reading."""
    dataset = source.dataset
    with run.store.reading() as conn:
        held, oldest = reads.held(conn, dataset, source.system, source.name, run.comparison.scope)
        return Before(
            newest=reads.newest_version(conn, dataset),
            held=held,
            oldest=oldest,
            last_pull=reads.last_pull(conn, source.name),
            promoted=landed.promoted_hashes(conn, source.name),
            newest_promoted=landed.newest_promoted(conn, source.name),
            known_open=open_keys(conn, source.system),
            released=quarantine_desk.released_identities(conn, source.name),
            standing=reads.standing(conn, source.system, source.name),
            units=reads.unit_codes(conn, dataset, source.system),
        )
