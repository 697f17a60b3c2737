"""What the log says of a synthetic province's dossiers: pauses, resumptions, transfers, extensions with their paper."""

from deployments.demo.province_dossiers import (
    CODE,
    DUE,
    HELD_SINCE,
    HOLDER,
    OPEN,
    PAUSED,
    RECEIVED,
    STATUS,
    UNIT,
    Dossiers,
)

EVENT_COLUMNS = ("dossier_code", "at", "event", "reason", "document_no", "new_due_at", "unit_code", "to_unit_code")
_ASKED = "Yêu cầu bổ sung hồ sơ"
_GIVEN = "Đã nhận hồ sơ bổ sung"


def events_of(made: Dossiers, number: int, cells: list[str]) -> list[list[str]]:
    """The events of a dossier that `has_events`, in order of time."""
    start = made.texts.index(cells[RECEIVED][:10])
    if cells[PAUSED]:
        return [_event(cells, f"{made.day(start)} 17:25", "pause", _ASKED)]
    if cells[HOLDER]:
        return [_event(cells, cells[HELD_SINCE], "transfer", "Chuyển lấy ý kiến", to=cells[HOLDER])]
    if cells[STATUS] in OPEN and number % 2:
        later = made.texts[made.texts.index(cells[DUE][:10]) + 5]
        paper = f"{number % 900 + 100}/UBND-VP"
        extended = _event(
            cells, f"{made.day(start)} 17:25", "extend", "Cần xác minh thêm", paper=paper, due=f"{later} 17:00"
        )
        return [extended]
    return [
        _event(cells, f"{made.day(start)} 17:25", "pause", _ASKED),
        _event(cells, f"{made.day(start + 1 + number % 3)} 17:26", "resume", _GIVEN),
    ]


def _event(
    cells: list[str], at: str, event: str, reason: str, *, paper: str = "", due: str = "", to: str = ""
) -> list[str]:
    return [cells[CODE], at, event, reason, paper, due, cells[UNIT], to]
