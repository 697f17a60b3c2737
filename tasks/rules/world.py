"""What every flag is judged against, in one value: directory, calendar, hours, thresholds and as_of."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.rules.deadlines import DeadlineMemo
from tasks.rules.directory import Directory
from tasks.rules.office_hours import OfficeHours
from tasks.rules.records import FlagRules
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class World:
    """What every flag is judged against."""

    directory: Directory
    calendar: WorkingCalendar
    hours: OfficeHours
    rules: FlagRules
    as_of: datetime
    today: date = field(init=False)  # the day of as_of in Hanoi
    known: DeadlineMemo = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", self.as_of.astimezone(HANOI).date())
