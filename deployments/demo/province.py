"""A synthetic province of any size and dirt as files, deterministic by seed, with what must become of every row.

`Province` says how large and how dirty; `write_province` writes the drops of one morning, `write_changes` those of the
next. Same seed, same bytes, on every machine. No person stands behind any record. What is in the rows:
`province_units.py`, `province_procedures.py`, `province_dossiers.py`, `province_faults.py`, `province_events.py`,
`province_recommendations.py`.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deployments.demo.province_changes import changed_rows
from deployments.demo.province_dirt import Expected, dirty_rows
from deployments.demo.province_dossiers import COLUMNS, Dossiers
from deployments.demo.province_events import EVENT_COLUMNS, events_of
from deployments.demo.province_procedures import procedures
from deployments.demo.province_recommendations import recommendation_events, recommendations
from deployments.demo.province_size import Province
from deployments.demo.province_units import absences, contacts, source_code, succession, unit_code, units

__all__ = ["NAME_DATE", "Expected", "Province", "Written", "unit_map_csv", "write_changes", "write_province"]

NAME_DATE = "%Y%m%d-%H%M"
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """The files of one drop by dataset, and what a load must make of the dossiers in it."""

    files: dict[str, Path]
    dossiers: Expected
    events: int = 0


def write_province(folder: Path, province: Province, at: datetime | None = None) -> Written:
    """Write every dataset into `folder`, the moment `at` (default: half an hour before `as_of`) in the names."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = at or province.dropped_at
    tables: dict[str, Sequence[Row]] = {
        "units": units(province),
        "unit_succession": succession(province),
        "contacts": contacts(province),
        "absences": absences(province),
        "procedures": [p.row for p in procedures(province)],
        "recommendations": recommendations(province),
        "recommendation_events": recommendation_events(province),
    }
    files = {name: _write(folder / _name(name, moment), rows) for name, rows in tables.items() if rows}
    told = Expected()
    files["dossiers"] = folder / _name("dossiers", moment)
    files["dossier_events"] = folder / _name("dossier_events", moment)
    number = _write_dossiers(files, province, told)
    return Written(files, told, number)


def write_changes(folder: Path, province: Province, changed: int, at: datetime) -> Written:
    """A second, smaller file of dossiers: `changed` records of the province as they stand at `at`.

    Half of them moved on or were resolved, a tenth were opened again, a fifth are new; all are sound.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = Expected()
    path = folder / _name("dossiers", at)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(changed_rows(province, changed, at, told))
    return Written({"dossiers": path}, told)


def unit_map_csv(province: Province) -> str:
    """The software's agency codes → unit codes."""
    pairs = [f"{source_code(n)},{unit_code(n)},2025-07-01" for n in range(province.units)]
    return "\n".join(["source_code,unit_code,valid_from", *pairs, ""])


def _name(dataset: str, moment: datetime) -> str:
    return f"{dataset}-{moment.strftime(NAME_DATE)}.csv"


def _write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _write_dossiers(files: dict[str, Path], province: Province, told: Expected) -> int:
    """Dossiers and their events in one pass, streamed; returns the number of events."""
    made = Dossiers(province)
    with ExitStack() as stack:
        opened = (stack.enter_context(files[n].open("w", encoding="utf-8", newline="")) for n in _PAIR)
        dossiers, events = (csv.writer(file) for file in opened)
        dossiers.writerow(COLUMNS)
        events.writerow(EVENT_COLUMNS)
        logged: list[list[str]] = []
        dossiers.writerows(_rows(made, province, told, logged))
        events.writerows(logged)
    return len(logged)


_PAIR = ("dossiers", "dossier_events")


def _rows(made: Dossiers, province: Province, told: Expected, logged: list[list[str]]) -> Iterator[Iterable[str]]:
    """Every row of the file; twins of some dirty ones come only at its end, far from their first."""
    late: list[list[str]] = []
    stride, clean = province.stride, 0
    for number in range(province.dossiers):
        cells = made.cells(number)
        if stride and number % stride == stride - 1:
            yield from dirty_rows(made, number, cells, told, late)
            continue
        clean += 1
        if made.has_events(number, cells):
            logged.extend(events_of(made, number, cells))
        yield cells
    yield from late
    told.rows += clean
    told.loaded += clean
