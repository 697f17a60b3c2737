"""The dossiers of a synthetic province, each derived from its number alone: any of them can be told at any time.

One 64-bit mix of seed and number is taken apart for everything in a row, so that a million rows take seconds and a
second file can change what the first one said. What is odd about rows is `province_faults.py`'s business.
"""

from datetime import date, timedelta
from functools import cached_property

from deployments.demo.province_procedures import MadeProcedure, procedures
from deployments.demo.province_size import Province
from deployments.demo.province_units import source_code
from tasks.calendar_files import shipped_calendar

COLUMNS = (
    "dossier_code",
    "unit_code",
    "status",
    "received_at",
    "source_record_id",
    "procedure_code",
    "procedure_name",
    "field",
    "channel",
    "due_at",
    "duration_amount",
    "duration_unit",
    "resolved_at",
    "returned_at",
    "holding_unit_code",
    "holding_since",
    "step_name",
    "officer_post",
    "paused",
    "updated_at",
)
CODE, UNIT, STATUS, RECEIVED, RECORD, PROCEDURE, NAME, FIELD, CHANNEL, DUE = range(10)
AMOUNT, AMOUNT_UNIT, RESOLVED, RETURNED, HOLDER, HELD_SINCE, STEP, POST, PAUSED, UPDATED = range(10, 20)
FIRST_RECORD = 10_000_000
OPEN = frozenset({"2", "4", "5", "6"})

_MASK = (1 << 64) - 1
_OFFICE = [7 * 60 + 30 + m for m in range(0, 240, 5)] + [13 * 60 + 30 + m for m in range(0, 170, 5)]
_EVENING, _CLOSING = " 17:20", 17 * 60  # received after hours: counted from that evening on
_CLOSED = "10", "10", "10", "10", "10", "10", "9", "9"  # of finished ones: most were also collected
_OPEN_AS = "44444444444222456455"  # one letter each: 4 in work, 2 just taken on, 5 paused, 6 waiting for a fee
_STEPS = ("Tiếp nhận hồ sơ", "Thẩm định hồ sơ", "Thẩm định hồ sơ", "Trình ký", "Chuyển liên thông")
_POSTS = (
    "Chuyên viên Văn phòng HĐND và UBND",
    "Chuyên viên Phòng Kinh tế",
    "Chuyên viên Phòng Văn hóa – Xã hội",
    "Công chức một cửa",
)
# Working days left of open ones: most have time, the rest are overdue in every tier.
_LEFT = (3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 15, 0, 1, 1, 2, -1, -2, -3, -4, -5, -1, -8, -14, -20, -32)


class Dossiers:
    """The dossiers of one province as rows of text."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.procedures: list[MadeProcedure] = procedures(province)
        self.units = [source_code(n) for n in range(province.units)]
        self.days = _working_days(province.as_of.date(), province.days)
        self.today = next(n for n, day in enumerate(self.days) if day >= province.as_of.date())
        self.texts = [day.strftime("%d/%m/%Y") for day in self.days]
        self._short = [day.strftime("%y%m%d") for day in self.days]
        self._slots = [f" {m // 60:02d}:{m % 60:02d}" for m in _OFFICE]
        self._open = int(province.open_share * 1_000_000)
        self._base = (province.seed * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D) & _MASK
        self._calendar_due: dict[tuple[int, int], str] = {}

    def mixed(self, number: int, salt: int = 0) -> int:
        """64 bits that belong to that number."""
        z = (self._base + (number + salt * 0x51ED270B) * 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def cells(self, number: int) -> list[str]:
        """The row of that dossier as it stands at `as_of`, in the order of COLUMNS."""
        z, open_draw = divmod(self.mixed(number), 1_000_000)
        z, unit = divmod(z, len(self.units))
        z, place = divmod(z, len(self.procedures))
        z, slot = divmod(z, len(_OFFICE))
        if open_draw < self._open:
            return self._unfinished(number, z, unit, self.procedures[place], slot)
        return self._finished(number, z, unit, self.procedures[place], slot)

    def day(self, place: int) -> str:
        """The working day at that place, as text; never after the day before `as_of`."""
        return self.texts[min(place, self.today - 1)]

    def has_events(self, number: int, cells: list[str]) -> bool:
        """Whether the log of pauses, transfers and extensions says anything of it."""
        if cells[STATUS] in OPEN:
            return bool(cells[PAUSED] or cells[HOLDER] or number % 7 == 0)
        return number % 50 == 0

    def due(self, procedure: MadeProcedure, start: int, minute: int) -> str:
        """The appointment as the software works it out: from the day of receipt, whatever the hour."""
        if procedure.unit == "working_hour":
            return self._hours_later(start, minute, procedure.amount * 60)
        if procedure.unit == "calendar_day":
            known = self._calendar_due.get((start, procedure.amount))
            if known is None:
                known = self._calendar_due[start, procedure.amount] = self._calendar_text(start, procedure.amount)
            return known
        return f"{self.texts[start + procedure.days]} 17:00"

    def _finished(self, number: int, z: int, unit: int, procedure: MadeProcedure, slot: int) -> list[str]:
        z, start = divmod(z, self.today - 2)
        z, draw = divmod(z, 128)
        late = draw < 8  # one in sixteen was late, or so it looks from outside
        took = procedure.days + 1 + draw if late else draw % (procedure.days + 1)
        evening = draw == 9
        end = min(start + max(took, 1 if evening else 0), self.today - 1)
        resolved = f"{self.texts[end]} 16:30"
        status = _CLOSED[z & 7]
        returned = "" if status == "9" else f"{self.texts[end]} 16:45"
        received = self.texts[start] + (_EVENING if evening else self._slots[slot])
        minute = _CLOSING if evening else _OFFICE[slot]
        row = self._common(number, z, unit, procedure, start, received)
        row[STATUS], row[DUE] = status, self.due(procedure, start, minute)
        row[RESOLVED], row[RETURNED], row[UPDATED] = resolved, returned, returned or resolved
        row[STEP] = "Trả kết quả"
        return row

    def _unfinished(self, number: int, z: int, unit: int, procedure: MadeProcedure, slot: int) -> list[str]:
        z, draw = divmod(z, len(_LEFT))
        start = max(0, min(self.today + _LEFT[draw] - procedure.days, self.today - 1))
        z, kind = divmod(z, len(_OPEN_AS))
        z, by_day = divmod(z, 40)
        received = self.texts[start] + (self._slots[slot] if by_day else _EVENING)
        minute = _OFFICE[slot] if by_day else _CLOSING
        row = self._common(number, z, unit, procedure, start, received)
        status = _OPEN_AS[kind]
        row[STATUS], row[DUE] = status, self.due(procedure, start, minute)
        row[UPDATED] = received if start == self.today - 1 else f"{self.texts[self._after(start, z)]} 10:05"
        row[STEP] = _STEPS[z % 5]
        if status == "5":
            row[PAUSED], row[STEP] = "1", "Chờ bổ sung hồ sơ"
        elif kind == 0:
            row[HOLDER], row[HELD_SINCE] = self.units[(unit + 7) % len(self.units)], row[UPDATED]
        return row

    def _after(self, start: int, z: int) -> int:
        """A working day after the receipt and before today."""
        return max(start + 1, self.today - 1 - (z >> 8) % 9)

    def _common(self, number: int, z: int, unit: int, procedure: MadeProcedure, start: int, received: str) -> list[str]:
        amount, amount_unit = (str(procedure.amount), procedure.unit) if procedure.told else ("", "")
        return [
            f"{self.units[unit]}-{self._short[start]}-{number:07d}",
            self.units[unit],
            "",
            received,
            str(FIRST_RECORD + number),
            procedure.code,
            procedure.name,
            procedure.field,
            "online" if z & 3 else "direct",
            "",
            amount,
            amount_unit,
            "",
            "",
            "",
            "",
            "",
            _POSTS[z >> 4 & 3],
            "",
            "",
        ]

    def _calendar_text(self, start: int, amount: int) -> str:
        last = self.days[start] + timedelta(days=amount)
        return next(text for text, day in zip(self.texts, self.days, strict=True) if day >= last) + " 17:00"

    def _hours_later(self, start: int, minute: int, minutes: int) -> str:
        worked = minute - 450 if minute < 690 else minute - 570  # office minutes since opening: 240 and 210 a day
        days, rest = divmod(worked + minutes, 450)
        at = 450 + rest if rest <= 240 else 570 + rest
        return f"{self.texts[start + days]} {at // 60:02d}:{at % 60:02d}"

    @cached_property
    def tomorrow(self) -> str:
        """The day after `as_of`: still within what clocks and early registrations explain."""
        return (self.province.as_of + timedelta(hours=10)).strftime("%d/%m/%Y %H:%M")


def _working_days(today: date, before: int) -> list[date]:
    """Working days from so long before today until every due date is behind them."""
    calendar = shipped_calendar()
    span = (today + timedelta(days=n) for n in range(-before, 180))
    return [day for day in span if calendar.is_working_day(day)]
