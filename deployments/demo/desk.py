"""What people do during the days of the demo, as data: the disputes they open and have answered.

What happens at the source is in `dossiers.py` and `paper.py`; here is only what ops enter with desk commands.
"""

from dataclasses import dataclass
from datetime import date, datetime

from deployments.demo.config import ONE_STOP
from deployments.demo.dossiers import T2
from deployments.demo.story import at


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAct:
    """One entry at the desk. `outcome` is empty for an opening, else upheld or rejected."""

    at: datetime
    system: str
    code: str
    record_id: int
    by: str  # post or office, never a person
    statement: str
    outcome: str = ""

    @property
    def opens(self) -> bool:
        """True for the opening of a dispute, False for its answer."""
        return not self.outcome

    @property
    def item_key(self) -> str:
        """The item as rules and warehouse name it."""
        return f"dossier/{self.system}/{self.record_id}"


ACTS: tuple[DeskAct, ...] = (
    DeskAct(
        at=at(25, 11, 10),
        system=ONE_STOP,
        code=T2.code,
        record_id=T2.record_id,
        by="Văn phòng HĐND và UBND phường Thới Long",
        statement="Hồ sơ đã có kết quả ngày 20/11/2026, phần mềm chưa cập nhật",
    ),
    DeskAct(
        at=at(26, 11, 16, 45),
        system=ONE_STOP,
        code=T2.code,
        record_id=T2.record_id,
        by="Bộ phận vận hành",
        statement="Đã đối chiếu với sổ theo dõi: kết quả có ngày 20/11/2026, phần mềm một cửa đã sửa",
        outcome="upheld",
    ),
)


def acts_on(day: date) -> tuple[DeskAct, ...]:
    """What is entered during that day, after the morning's run."""
    return tuple(act for act in ACTS if act.at.date() == day)
