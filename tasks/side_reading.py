"""One source's records into the staging tables, as a load takes them in, and held against the current versions.

What the warehouse holds as the source says it needs no checking: it was checked when it came in. Everything else goes
the way of a load, so that what a load would refuse is known as refused here too: many parts' records at once, as a
check of few costs as much as one of many. Nothing is merged.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import Connection

from tasks.loading import again
from tasks.narration import logger
from tasks.part_intake import Intake, as_staged, settle_repeated
from tasks.rules.column_rules import ColumnRule, How, column_rules, differing, folded_key
from tasks.rules.datasets import DATASETS, Dataset
from tasks.rules.difference_model import Scope
from tasks.side_values import Place
from tasks.sources.base import Part, Pulled
from warehouse import comparing, comparing_close, comparing_gone, repeats, staging
from warehouse.comparing import Odd, Row, Sides
from warehouse.comparing_doubles import Double, Repeat, doubles, repeats_in_bodies
from warehouse.comparing_folds import pair_folded
from warehouse.errors import WarehouseError
from warehouse.sessions import LoadSession

_CHECKED: Final = 20_000  # records that are checked at once


@dataclass(slots=True)
class Side:
    """A source side that was read to its end, ready to be asked about."""

    session: LoadSession
    sides: Sides
    dataset: Dataset
    read: int = 0
    repeats: list[Repeat] = field(default_factory=list)

    def take(self, intake: Intake, pulled: Pulled) -> None:
        """Part by part, then the keys over all of them."""
        closer: list[pd.DataFrame] = []
        for part in pulled.parts:
            first = self.read
            closer.append(again(lambda: self.session.step(lambda conn: _take(conn, self.sides, intake, part, first))))  # noqa: B023
            self.read += len(part)
            logger().info("%s: %d records read", self.sides.source, self.read)
            if sum(map(len, closer)) >= _CHECKED:
                self._check(intake, closer)
        self._check(intake, closer)
        self.session.step(lambda conn: staging.ready(conn, self.sides.staged))

    def _check(self, intake: Intake, closer: list[pd.DataFrame]) -> None:
        """What of these is not sound is put aside, and the list is empty."""
        frames = [frame for frame in closer if len(frame)]
        closer.clear()
        if frames:
            frame = pd.concat(frames, ignore_index=True)
            again(lambda: self.session.step(lambda conn: _put_aside(conn, self.sides, intake, frame)))

    def settle(self, *, in_bodies: bool) -> None:
        """One record a key is left. `in_bodies`: a key told twice in one body is worth telling."""
        if in_bodies:
            self.repeats = self.session.step(lambda conn: repeats_in_bodies(conn, self.sides))
        self.session.step(self._settled)

    def _settled(self, conn: Connection) -> None:
        settle_repeated(conn, self.sides.staged)
        comparing.settle(conn, self.sides)
        comparing_gone.find(conn, self.sides)
        pair_folded(conn, self.sides, folded_key)
        _settle_alike(conn, self.sides, column_rules(self.dataset), 0)

    def odd(self) -> Iterator[Odd]:
        """All records that need a closer look, in order of key."""
        last = ""
        while found := self.session.step(lambda conn: comparing.page(conn, self.sides, last)):  # noqa: B023
            yield from found
            last = found[-1].key

    def lost(self, scope: Scope) -> Iterator[Row]:
        """All current versions in scope that the source did not tell, in order of key."""
        last = ""
        while found := self.session.step(
            lambda conn: comparing_gone.page(conn, self.sides, scope, last)  # noqa: B023
        ):
            yield from found
            last = found[-1]["record_key"]

    @property
    def is_shortened(self) -> bool:
        """More records lack than were told: whoever wrote the files tells what is new, or they were cut."""
        return self.session.step(lambda conn: comparing_gone.count(conn, self.sides)) > self.read

    def told(self, keys: Iterable[str]) -> dict[str, datetime]:
        """Of these keys those that the source told, and as of when last."""
        asked = frozenset(keys)
        return self.session.step(lambda conn: comparing_gone.told(conn, self.sides, asked))

    def told_of_others(self) -> list[str]:
        """Keys of which a record came, and whose current version another source of the system told last."""
        return self.session.step(lambda conn: comparing_gone.told_of_others(conn, self.sides))

    def doubles(self, extra: Mapping[str, Place], lacking: frozenset[str]) -> list[Double]:
        """One dossier under several keys, on either side. What is known of segments that were not read: see there."""
        return self.session.step(lambda conn: list(doubles(conn, self.sides, extra, lacking)))


@contextmanager
def side_of(
    session: LoadSession, dataset: str, *, system: str, source: str, segments: frozenset[tuple[str, str]] | None
) -> Iterator[Side]:
    """Temporary tables for one source, which go with the block. `segments`: what was asked for; None: all."""
    staged = session.step(lambda conn: staging.begin(conn, dataset))
    sides = session.step(lambda conn: comparing.begin(conn, staged, system=system, source=source, segments=segments))
    try:
        yield Side(session, sides, DATASETS[dataset])
    finally:
        _clean(session, sides)


def _clean(session: LoadSession, sides: Sides) -> None:
    """The connection goes back to its pool without our tables; where it is broken they are gone with it."""

    def dropped(conn: Connection) -> None:
        comparing.end(conn, sides)
        staging.end(conn, sides.staged)

    try:
        session.step(dropped)
    except WarehouseError as fault:
        logger().warning("%s: its tables go with the connection (%s)", sides.source, type(fault).__name__)


def _take(conn: Connection, sides: Sides, intake: Intake, part: Part, first_rid: int) -> pd.DataFrame:
    """Stage a part as if it were sound; returns its records that the warehouse does not hold as they are."""
    told, waiting = intake.understood(part, first_rid)
    if held := comparing.held_keys(conn, sides, (one.record_key for one in waiting)):
        received = replace(intake, known_open=intake.known_open | held)  # what is held here was received once
        told, waiting = received.understood(part, first_rid)
    staging.add(conn, sides.staged, as_staged(told), waiting)
    odd = comparing.judge(conn, sides, first_rid)
    odd -= _settle_alike(conn, sides, column_rules(intake.dataset), first_rid)
    return told[told["rid"].isin(odd)]


def _settle_alike(conn: Connection, sides: Sides, rules: tuple[ColumnRule, ...], first_rid: int) -> frozenset[int]:
    """Odd records from that number on that are only written otherwise are odd no longer; returns their numbers."""
    compared = [rule for rule in rules if rule.how is not How.NOT_COMPARED]
    precisions = [rule.precision for rule in compared if rule.precision]
    names = [*(rule.column for rule in compared), *precisions]
    alike = frozenset(
        rid
        for rid, ours, theirs in comparing_close.pairs(conn, sides, names, precisions, first_rid)
        if not differing([r for r in compared if ours[r.column] != theirs[r.column]], ours, theirs)
    )
    comparing_close.settle(conn, sides, alike)
    return alike


def _put_aside(conn: Connection, sides: Sides, intake: Intake, frame: pd.DataFrame) -> None:
    """Of staged records, those that a load would refuse."""
    if faults := intake.faults(frame):
        repeats.drop(conn, sides.staged, faults)
        staging.add(
            conn,
            sides.staged,
            repeats.staged_nothing(sides.staged),
            intake.refused(frame[frame["rid"].isin(faults)], faults),
        )
