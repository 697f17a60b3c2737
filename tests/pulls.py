"""Pulls read to their end, and single records packed as a load takes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from tasks.intake.landing import LandedBody
from tasks.intake.normalise import NormaliseContext, normalise
from tasks.rules.datasets import Dataset
from tasks.sources.base import Malformed, Note, Part, Pulled, RawRecord, in_parts


@dataclass(frozen=True, kw_only=True)
class Read:
    """A pull whose parts were read: its records one by one, and what is known of it then."""

    records: tuple[RawRecord, ...]
    parts: tuple[Part, ...]
    data_moment: datetime
    bodies: tuple[LandedBody, ...]
    complete: bool
    unchanged: bool
    ignored: Mapping[str, int]
    vanished: frozenset[str]
    notes: tuple[Note, ...]

    @property
    def pulled(self) -> int:
        return len(self.records) + sum(self.ignored.values())


def read(pulled: Pulled) -> Read:
    """Raises what reading raises."""
    parts = tuple(pulled.parts)
    return Read(
        records=tuple(record for part in parts for record in records_of(part)),
        parts=parts,
        data_moment=pulled.data_moment,
        bodies=pulled.bodies,
        complete=pulled.complete,
        unchanged=pulled.unchanged,
        ignored=dict(pulled.ignored),
        vanished=pulled.vanished,
        notes=tuple(pulled.notes),
    )


def records_of(part: Part) -> Iterable[RawRecord]:
    for place, ref in enumerate(part.refs):
        broken = part.malformed.get(place, Malformed(""))
        values = {} if broken.code else {name: cells[place] for name, cells in part.columns.items()}
        yield RawRecord(
            values=values, ref=ref, moment=part.moment, malformed=broken.code, fingerprint=broken.fingerprint
        )


def normalised(dataset: Dataset, records: Sequence[RawRecord], context: NormaliseContext) -> pd.DataFrame:
    """The frame of records in their order, also where their moments differ."""
    frames = []
    for part in in_parts(records):
        frames.append(normalise(dataset, part, context, first_rid=sum(map(len, frames))))
    return pd.concat(frames, ignore_index=True) if frames else normalise(dataset, nothing(context.as_of), context)


def nothing(moment: datetime) -> Part:
    return Part(columns={}, refs=(), moment=moment)
