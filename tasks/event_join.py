"""Which dossier an event belongs to: codes come again in other years and other units, so a code alone decides nothing.

Narrowed by unit (where the event names one) and by time (the dossier received last before it). What stays ambiguous
is attached to none, and the dossiers it may concern are in doubt: a pause that went astray must not become a blame.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from tasks.rules.timezone import HANOI

Row = Mapping[str, Any]
Place = tuple[str, str]  # system, record_key


def events_of_dossiers(
    event_rows: Iterable[Row], dossier_rows: Iterable[Row]
) -> tuple[dict[Place, list[Row]], set[Place]]:
    """Events by dossier, and the dossiers that an ambiguous event may concern."""
    bearers: dict[tuple[str, str], dict[Place, Row]] = defaultdict(dict)
    for row in dossier_rows:
        bearers[row["system"], row["dossier_code"]][_place(row)] = row
    events: dict[Place, list[Row]] = defaultdict(list)
    unclear: set[Place] = set()
    for event in event_rows:
        fitting = _fitting(event, list(bearers[event["system"], event["dossier_code"]].values()))
        if len(fitting) == 1:
            events[_place(fitting[0])].append(event)
        unclear |= {_place(row) for row in fitting} if len(fitting) > 1 else set()
    return events, unclear


def _fitting(event: Row, dossiers: Sequence[Row]) -> list[Row]:
    """Of the named unit, received on or before the day of the event; of those in one unit the one received last."""
    unit, day = event["unit_code"], _day(event["at"])
    named = [d for d in dossiers if unit in (None, "", d["unit_code"]) and _day(d["received_at"]) <= day]
    latest: dict[str, date] = {}
    for row in named:
        latest[row["unit_code"]] = max(latest.get(row["unit_code"], date.min), _day(row["received_at"]))
    return [row for row in named if _day(row["received_at"]) == latest[row["unit_code"]]]


def _place(row: Row) -> Place:
    return str(row["system"]), str(row["record_key"])


def _day(moment: Any) -> date:
    day: date = moment.astimezone(HANOI).date()
    return day
