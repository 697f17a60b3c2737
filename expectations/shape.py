"""Rows reduced to shapes: words of closed lists, day numbers, distances in seconds, flags. No personal value passes.

Great Expectations sees only what comes out of here. Comparisons that it cannot make robustly (aware instants with
None, dates with and without time of day) become one number each, and an expectation decides on the number.
Helper columns are named `<column>__<kind>`. What is particular to one dataset stands in its suite.
"""

import numpy as np
import pandas as pd

from expectations.check_context import DAY_SECONDS, OPEN_END, OPEN_START, VALIDITY_COLUMNS, CheckContext
from expectations.report import EngineFault
from tasks.rules.datasets import VOCABULARY, Column, Dataset, Kind

TYPED = frozenset({Kind.INSTANT, Kind.DAY, Kind.NUMBER, Kind.BOOLEAN})
DATED = frozenset({Kind.INSTANT, Kind.DAY})
MALFORMED = "row__malformed"
FORMULA = "row__formula"
SPOILT_CODE = "row__spoilt_code"
KEYLESS = "row__keyless"
LONG_CODE = "row__long_code"
CONFLICT = "row__conflict"
GIVEN, UNREADABLE = "given", "unreadable"
LONGEST_CODE = 200  # characters
_HANOI_OFFSET = 7 * 3600  # no daylight saving since 1975
_DAY_ONE = 719_163  # ordinal of 1970-01-01


class Sheet:
    """A normalised frame (tasks/intake) with questions that suites ask of it.

    A malformed row (cells shifted, for example) answers every question harmlessly: it has one reason, not ten.
    """

    def __init__(self, dataset: Dataset, frame: pd.DataFrame, context: CheckContext) -> None:
        self.dataset = dataset
        self.context = context
        self.frame = frame.reset_index(drop=True)
        self.malformed = self.frame["malformed"].notna() & self.frame["malformed"].ne("")

    def missing(self, column: str) -> pd.Series:
        """True where the source gave nothing at all."""
        return (self._blank(column) & ~self._bad(column)) & ~self.malformed

    def state(self, column: str) -> pd.Series:
        """`given`, `unreadable`, or None where missing. The same unreadable date in two cells is one mistake."""
        state = pd.Series(GIVEN, index=self.frame.index, dtype=object)
        state[self._bad(column) & ~self._told_before(column)] = UNREADABLE
        state[self.missing(column)] = None
        return state

    def words(self, column: str) -> pd.Series:
        """The words of a closed list, None where missing."""
        values = self.frame[column].astype(object)
        return values.mask(self._blank(column) | self.malformed, None)

    def equals(self, column: str, *words: str) -> pd.Series:
        """True where the column says one of these words."""
        said: pd.Series = self.frame[column].isin(words)
        return said & ~self.malformed

    def numbers(self, column: str) -> pd.Series:
        """A NUMBER column as floats, NaN where missing or unreadable."""
        return self.frame[column].astype("Float64").astype(float).mask(self.malformed)

    def seconds(self, column: str) -> pd.Series:
        """Seconds since 1970 UTC; a day counts from its midnight in Vietnam. NaN where missing or unreadable."""
        if self.dataset.column(column).kind is Kind.DAY:
            ordinals = self.frame[column].map(_ordinal).astype(float)
            seconds = (ordinals - _DAY_ONE) * DAY_SECONDS - _HANOI_OFFSET
        else:
            moments = pd.to_datetime(self.frame[column], utc=True).astype("datetime64[us, UTC]")
            seconds = moments.astype("int64").astype(float).mask(moments.isna()) / 1e6
        return seconds.mask(self.malformed)

    def days(self, column: str) -> pd.Series:
        """Ordinal of the day in Vietnam; NaN also for the words for "no beginning" and "no end" of a validity."""
        days: pd.Series = np.floor((self.seconds(column) + _HANOI_OFFSET) / DAY_SECONDS) + _DAY_ONE
        if column in VALIDITY_COLUMNS:
            days = days.mask(days.isin([OPEN_START.toordinal(), OPEN_END.toordinal()]))
        return days

    def plausible_days(self, column: str) -> pd.Series:
        """`days` inside the column's window: an absurd date is told once, not again as the wrong order of two."""
        first, last = self.context.window(column)
        days = self.days(column)
        return days.where(days.between(first.toordinal(), last.toordinal()))

    def time_of_day(self, column: str) -> pd.Series:
        """Seconds since midnight in Vietnam."""
        return (self.seconds(column) + _HANOI_OFFSET) % DAY_SECONDS

    def ahead(self, column: str) -> pd.Series:
        """Seconds by which a plausible date lies after `now` (negative: before). A day counts from its midnight."""
        ahead = self.seconds(column) - self.context.now.timestamp()
        return ahead.where(self.plausible_days(column).notna())

    def days_after(self, later: str, earlier: str) -> pd.Series:
        """Days from one plausible date to the other."""
        return self.plausible_days(later) - self.plausible_days(earlier)

    def keyless(self) -> pd.Series:
        """True where no key can be made although every required cell is there and every typed cell readable."""
        told = self.malformed.copy()
        for column in self.dataset.columns:
            if column.required:
                told |= self.missing(column.name)
            told |= self._bad(column.name)
        return ~self._keyed() & ~told

    def long_code(self) -> pd.Series:
        """True where a code is longer than any code there is: indexes of the warehouse take so much and no more."""
        told = pd.Series(data=False, index=self.frame.index, dtype=bool)
        for column in self.dataset.columns:
            texts = self.frame[column.name]
            if (
                column.kind is Kind.CODE
                and max((len(t) for t in texts if isinstance(t, str)), default=0) > LONGEST_CODE
            ):
                told |= texts.map(lambda t: isinstance(t, str) and len(t) > LONGEST_CODE)
        return told

    def _keyed(self) -> pd.Series:
        key = self.frame["record_key"]
        return key.notna() & key.ne("") & ~self.frame["key__bad"]

    def _blank(self, column: str) -> pd.Series:
        values = self.frame[column]
        return values.isna() | values.eq("") if self._kind(column) in (Kind.TEXT, Kind.CODE) else values.isna()

    def _bad(self, column: str) -> pd.Series:
        if self._kind(column) not in TYPED:
            return pd.Series(data=False, index=self.frame.index, dtype=bool)
        return self.frame[f"{column}__bad"].astype(bool) & ~self.malformed

    def _told_before(self, column: str) -> pd.Series:
        """True where an earlier date of the row has the same unreadable text: software copies receipt to submission."""
        told = pd.Series(data=False, index=self.frame.index, dtype=bool)
        text = f"{column}__text"
        if self._kind(column) not in DATED or text not in self.frame.columns:
            return told
        for other in self.dataset.columns:
            if other.name == column:
                break
            if other.kind in DATED:
                told |= self._bad(other.name) & self.frame[text].eq(self.frame[f"{other.name}__text"])
        return told

    def _kind(self, column: str) -> Kind:
        return self.dataset.column(column).kind


def common_helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """The helper columns every dataset has, as the common rules expect them (`suites/common.py`)."""
    why = sheet.frame["malformed"]
    formula, spoilt = why.isin(["formula", "cell_error"]), why.eq("code_as_number")
    helpers = {"rid": sheet.frame["rid"], MALFORMED: sheet.malformed & ~formula & ~spoilt}
    helpers |= {FORMULA: formula, SPOILT_CODE: spoilt}
    helpers |= {KEYLESS: sheet.keyless(), LONG_CODE: sheet.long_code()}
    for column in sheet.dataset.columns:
        helpers |= _column_helpers(sheet, column)
    return helpers


def frame_must_keep_contract(dataset: Dataset, frame: pd.DataFrame) -> None:
    """Refuse a frame that the normaliser could not have made.

    Raises:
        EngineFault: a companion or an optional column is absent, or `rid` is not unique. (An absent *required* column
            is a fault of the source and has a rule.)
    """
    needed = {"rid", "record_key", "content_hash", "malformed", "key__bad"}
    needed |= {c.name for c in dataset.stored if not c.required}
    needed |= {f"{c.name}__bad" for c in dataset.columns if c.kind in TYPED}
    absent = sorted(needed - set(frame.columns))
    if absent:
        msg = f"{dataset.name}: the frame lacks {', '.join(absent)}"
        raise EngineFault(msg)
    if not frame["rid"].is_unique:
        msg = f"{dataset.name}: row numbers are not unique"
        raise EngineFault(msg)


def _column_helpers(sheet: Sheet, column: Column) -> dict[str, pd.Series]:
    helpers = {}
    if column.required or column.kind in TYPED:
        helpers[f"{column.name}__state"] = sheet.state(column.name)
    if (sheet.dataset.name, column.name) in VOCABULARY:
        helpers[f"{column.name}__word"] = sheet.words(column.name)
    if column.kind in DATED:
        helpers[f"{column.name}__day"] = sheet.days(column.name)
    return helpers


def _ordinal(day: object) -> float:
    return float(day.toordinal()) if hasattr(day, "toordinal") and not pd.isna(day) else float("nan")  # type: ignore[call-overload]
