"""Pulls read to their end, and single records packed as a load takes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice

import pandas as pd

from tasks.intake.landing import LandedBody
from tasks.intake.normalise import NormaliseContext, normalise
from tasks.rules.datasets import Dataset
from tasks.sources.base import PART_ROWS, Malformed, Note, Part, Pulled


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as text. Only canonical columns are kept (allow-list): what nobody asked for is never carried on.

    `malformed` names what is wrong with the record as a whole (`field_count`, `bad_shape`): its cells cannot be
    trusted, `values` is empty, and `fingerprint` tells one such record from another.
    """

    values: Mapping[str, str | None]
    ref: str  # "sha256:<hex of the landed body>#<line or ordinal in it>"
    moment: datetime  # as of when its body says so
    malformed: str = ""
    fingerprint: str = ""


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


def in_parts(records: Iterable[RawRecord], size: int = PART_ROWS) -> Iterator[Part]:
    """Single records packed into parts; a new part begins where the moment changes."""
    for moment, same in groupby(records, key=lambda record: record.moment):
        stream = iter(same)
        while chunk := list(islice(stream, size)):
            names = {name for record in chunk for name in record.values}
            yield Part(
                columns={name: [record.values.get(name) for record in chunk] for name in sorted(names)},
                refs=[record.ref for record in chunk],
                moment=moment,
                malformed={n: Malformed(r.malformed, r.fingerprint) for n, r in enumerate(chunk) if r.malformed},
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
