"""The CSV files that lie in the shared folder on a morning of the demo, moment in the name.

Exports of events and recommendations are whole (all there is to know so far) and come every working morning; master
data comes once, and again when it changes. Content is in `posts.py`, `paper.py`, `displays.py` and `dossiers.py`.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from deployments.demo.displays import POSTINGS, RETIRED
from deployments.demo.dossiers import PROCEDURES
from deployments.demo.paper import DOSSIER_EVENTS, RECOMMENDATION_EVENTS, RECOMMENDATIONS, Entry
from deployments.demo.posts import ABSENCES, CONTACTS, UNIT_SUCCESSION, UNITS
from deployments.demo.story import DAYS, DROP_AT, HOLIDAY
from tasks.rules.timezone import HANOI

NAME_DATE = "%Y%m%d-%H%M"

Row = dict[str, str]


def write_drops(folder: Path, day: date) -> list[Path]:
    """Make `folder` hold what lies there at 07:30 of that day: all drops of the story up to then.

    Files already there are left alone (an export is never rewritten); returns the new ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name: text for past in DAYS if past <= day for name, text in drops_of(past).items()}
    fresh = [(folder / name, text) for name, text in wanted.items() if not (folder / name).exists()]
    for path, text in fresh:
        path.write_text(text, encoding="utf-8", newline="")
    return [path for path, _ in fresh]


def drops_of(day: date) -> dict[str, str]:
    """Name and text of the files exported at 07:00 of that day; none on the holiday."""
    if day == HOLIDAY or day not in DAYS:
        return {}
    moment = datetime.combine(day, DROP_AT, tzinfo=HANOI)
    tables: dict[str, Sequence[Row]] = {
        "dossier_events": known(DOSSIER_EVENTS, moment),
        "recommendations": known(RECOMMENDATIONS, moment),
        "recommendation_events": known(RECOMMENDATION_EVENTS, moment),
    }
    if day == DAYS[0]:
        tables |= _master_data()
    return {f"{table}-{moment.strftime(NAME_DATE)}.csv": as_csv(rows) for table, rows in tables.items()}


def known(entries: Iterable[Entry], moment: datetime) -> list[Row]:
    """The rows an export of that moment holds, the newest of each key, in order of first appearance."""
    newest: dict[str, Row] = {}
    for entry in entries:
        if entry.known_from <= moment:
            newest[entry.key] = entry.row
    return list(newest.values())


def as_csv(rows: Sequence[Row]) -> str:
    """A table of at least one row as CSV with a heading line."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _master_data() -> dict[str, Sequence[Row]]:
    return {
        "units": UNITS,
        "unit_succession": UNIT_SUCCESSION,
        "contacts": CONTACTS,
        "absences": ABSENCES,
        "procedures": [
            {
                "procedure_code": procedure.code,
                "name": procedure.name,
                "field": procedure.field,
                "duration_amount": str(procedure.days),
                "duration_unit": "working_day",
                "supplement_policy": "pause",
                "status": "active",
                "valid_to": "",
                "replaced_by": "",
            }
            for procedure in PROCEDURES
        ]
        + list(RETIRED),
        "postings": POSTINGS,
    }
