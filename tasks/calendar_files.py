"""Where calendars come from: the shipped table, and the files a province lays over it.

Opening and naming files is all that happens here; what an entry means is `tasks/rules/calendar_table.py`'s
business. No Prefect import, so that `explain` answers at once.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from tasks.rules.calendar_table import CalendarDay, CalendarTableError, parse_calendar_csv
from tasks.rules.working_calendar import WorkingCalendar


class CalendarFileError(ValueError):
    """A province's calendar file cannot be read; the message names file, line and column."""

    def __init__(self, path: Path, vi: str, en: str) -> None:
        self.path, self.vi, self.en = path, vi, en
        super().__init__(self.sentence("en"))

    def sentence(self, locale: str) -> str:
        """In `vi` or `en`."""
        return f"{self.path}: {self.en if locale == 'en' else self.vi}"


def shipped_calendar(extra_files: Sequence[Path] = (), saturday_counts: bool = False) -> WorkingCalendar:
    """The shipped calendar, with a province's files laid over it in the order given.

    Raises CalendarFileError.
    """
    calendar = WorkingCalendar(_shipped_entries(), saturday_counts)
    for path in extra_files:
        calendar = calendar.with_entries(read_calendar_file(path))
    return calendar


def read_calendar_file(path: Path) -> tuple[CalendarDay, ...]:
    """The entries of one CSV file `date,kind,name,document_no,document_on,provisional`, UTF-8.

    Raises CalendarFileError.
    """
    try:
        return parse_calendar_csv(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        vi, en = "tệp không phải UTF-8; hãy lưu dạng CSV UTF-8", "the file is not UTF-8: save it as CSV UTF-8"
    except OSError as error:
        vi = f"không mở được tệp ({error.strerror}); kiểm tra tên và quyền đọc"
        en = f"cannot be opened: {error.strerror}"
    except CalendarTableError as error:
        vi, en = error.sentence("vi"), error.sentence("en")
    raise CalendarFileError(path, vi, en) from None


@cache
def _shipped_entries() -> tuple[CalendarDay, ...]:
    return parse_calendar_csv((files("tasks.rules") / "calendar_vn.csv").read_text(encoding="utf-8"))
