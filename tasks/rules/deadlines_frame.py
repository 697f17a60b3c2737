"""Deadlines of many dossiers at once: the vectorised twin of `deadlines.deadline`, without the trail.

Working days become positions in one long table, office time one running count of microseconds; a due date is then a
look-up. Every rule stands in `deadlines`; a change there is made here too, and the property tests hold both equal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.rules.calendar_frame import DAY, EPOCH, CalendarArrays, Ints, microseconds
from tasks.rules.deadlines import deadline, split_pauses
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import OfficeHours
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

_HOUR = 3_600_000_000
_NEVER = np.iinfo(np.int64).max // 4


def deadlines_frame(
    frame: pd.DataFrame,
    calendar: WorkingCalendar,
    hours: OfficeHours,
    *,
    on_unknown: Literal["raise", "skip"] = "raise",
) -> pd.Series:
    """Due instants in Asia/Ho_Chi_Minh, on the frame's index.

    Columns in: `received_at` (aware), `amount`, `unit`; optional `pauses` (lists of Pause) and `policy`. NaT where a
    pause runs. A year nobody knows raises CalendarUnknownError; with `skip` it leaves NaT as well.
    """
    if frame[["received_at", "amount", "unit"]].isna().any(axis=None) or (frame["amount"] < 0).any():
        msg = "every row needs a receipt and an allowed time that is not negative"
        raise ValueError(msg)
    table = CalendarArrays.of(calendar, hours)
    rows = _rows(frame, table)
    due = np.empty(len(frame), np.int64)
    units = frame["unit"].astype(str).to_numpy()
    for unit, count in _CLOCKS.items():
        chosen = np.flatnonzero(units == unit.value)
        due[chosen] = count(rows.take(chosen), table)
    unknown = table.unknown(rows.received // DAY, np.minimum(due // DAY, rows.seen_until // DAY))
    if on_unknown == "raise" and unknown.any():
        _raise_like_the_scalar(frame.iloc[int(np.flatnonzero(unknown)[0])], calendar, hours)
    due[unknown | rows.running] = np.iinfo(np.int64).min  # NaT
    return pd.Series(due.view("datetime64[us]"), index=frame.index, name="due_at").dt.tz_localize(HANOI)


@dataclass(frozen=True)
class _Rows:
    """Local wall-clock microseconds; pauses as (rows, passes) arrays, padded with pauses that never come."""

    received: Ints
    start: Ints  # effective receipt, or the last restart
    amount: Ints
    pause_start: Ints
    pause_end: Ints
    running: NDArray[np.bool_]
    seen_until: Ints  # a running pause keeps the scalar from looking at later days

    def take(self, chosen: NDArray[np.intp]) -> "_Rows":
        return _Rows(**{name: values[chosen] for name, values in vars(self).items()})


def _working_days(rows: _Rows, table: CalendarArrays) -> Ints:
    start = table.place(rows.start // DAY)
    total = rows.amount.copy()
    due = table.nth(table.rank[start] - 1 + total)
    for begin, end in _pause_days(rows, table):
        counts = (begin < due) & (rows.amount > 0)
        total += counts * np.maximum(table.rank[end] - table.rank[np.maximum(begin, start)], 0)
        due = table.nth(table.rank[start] - 1 + total)
    return table.closing(_same_day(rows, table, start, due))


def _calendar_days(rows: _Rows, table: CalendarArrays) -> Ints:
    start = table.place(rows.start // DAY)
    due = start + rows.amount
    for begin, end in _pause_days(rows, table):
        due = due + ((begin < due) & (rows.amount > 0)) * np.maximum(end - np.maximum(begin, start), 0)
    due = table.on_or_after(np.minimum(due, table.size))
    return table.closing(_same_day(rows, table, start, due))


def _same_day(rows: _Rows, table: CalendarArrays, start: Ints, due: Ints) -> Ints:
    late = (rows.amount == 0) & (rows.start % DAY > table.cutoff)
    return np.where(late, table.nth(table.rank[start]), due)


def _working_hours(rows: _Rows, table: CalendarArrays) -> Ints:
    spent = table.office_time(rows.start)
    total = spent + rows.amount * _HOUR
    due = table.reached(total)
    for begin, end in zip(rows.pause_start.T, rows.pause_end.T, strict=True):
        paused = table.office_time(end) - table.office_time(np.maximum(begin, rows.start))
        total += (begin < due) * np.maximum(paused, 0)
        due = table.reached(total)
    return np.where(rows.amount == 0, table.opened(spent), due)


_CLOCKS: dict[DurationUnit, Callable[[_Rows, CalendarArrays], Ints]] = {
    DurationUnit.WORKING_DAY: _working_days,
    DurationUnit.CALENDAR_DAY: _calendar_days,
    DurationUnit.WORKING_HOUR: _working_hours,
}


def _pause_days(rows: _Rows, table: CalendarArrays) -> list[tuple[Ints, Ints]]:
    begin, end = table.place(rows.pause_start // DAY), table.place(rows.pause_end // DAY)
    return list(zip(begin.T, end.T, strict=True))


def _rows(frame: pd.DataFrame, table: CalendarArrays) -> _Rows:
    wall = frame["received_at"].dt.tz_convert(HANOI).dt.tz_localize(None)
    received = wall.to_numpy("datetime64[us]").view(np.int64)
    start = table.effective(received)
    seen_until = np.full(len(frame), _NEVER)
    closed: list[list[tuple[int, int]]] = [[] for _ in range(len(frame))]
    for row, pauses, policy in _with_pauses(frame):
        intervals, running_since = split_pauses(pauses, policy)
        closed[row] = [(_wall(a), _wall(b)) for a, b in intervals]
        if policy is SupplementPolicy.RESTART:
            last = max((end for _, end in closed[row]), default=_NEVER)
            if received[row] < last < _NEVER:
                start[row] = table.effective(np.array([last]))[0]
            closed[row] = []
        if running_since is not None:
            seen_until[row] = max(_wall(running_since), int(start[row]))
    width = max((len(pauses) for pauses in closed), default=0)
    padded = np.array([[*p, *[(_NEVER, _NEVER)] * (width - len(p))] for p in closed], np.int64)
    padded = padded.reshape(len(frame), width, 2)
    return _Rows(
        received=received,
        start=start,
        amount=frame["amount"].to_numpy(np.int64),
        pause_start=padded[:, :, 0],
        pause_end=padded[:, :, 1],
        running=seen_until < _NEVER,
        seen_until=seen_until,
    )


def _with_pauses(frame: pd.DataFrame) -> list[tuple[int, Sequence[Pause], SupplementPolicy]]:
    if "pauses" not in frame.columns:
        return []
    policies = frame["policy"] if "policy" in frame.columns else [SupplementPolicy.PAUSE] * len(frame)
    rows = enumerate(zip(frame["pauses"], policies, strict=True))
    return [(row, pauses, SupplementPolicy(policy)) for row, (pauses, policy) in rows if pauses]


def _raise_like_the_scalar(row: "pd.Series[Any]", calendar: WorkingCalendar, hours: OfficeHours) -> None:
    duration = Duration(amount=int(row["amount"]), unit=DurationUnit(row["unit"]))
    policy = SupplementPolicy(row.get("policy", "pause"))
    deadline(row["received_at"].to_pydatetime(), duration, calendar, hours, pauses=row.get("pauses", ()), policy=policy)
    msg = "the vectorised rule met a year that the scalar did not"
    raise AssertionError(msg)


def _wall(moment: datetime) -> int:
    """Hanoi's wall clock as microseconds since 1970, of an instant already local."""
    day = moment.toordinal() - EPOCH
    return day * DAY + microseconds(moment.time()) + moment.microsecond
