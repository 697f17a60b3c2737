"""How the columns of two sides are held against each other: what counts as the same, column by column (design §10).

Data rather than code, because the result prints the list. Pure: values as the warehouse types them come in, names of
columns that differ come out. Who reads the sides, and what a difference means, is told elsewhere.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tasks.rules.dataset_types import Column, Dataset, Kind
from tasks.rules.timezone import HANOI
from tasks.rules.vocabulary import VOCABULARY

DAY: Final = "day"  # precision of an instant of which only the date is known
_MINUTE: Final = timedelta(minutes=1)
_NUMBER_AS_TEXT: Final = re.compile(r"(\d+)\.0+", re.ASCII)  # what a spreadsheet makes of a code of digits
_LONGEST: Final = 120  # letters of a text that a fact repeats
_TIME: Final = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?"
_DATE: Final = re.compile(
    rf"(\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}}|\d{{4}}[/.-]\d{{1,2}}[/.-]\d{{1,2}})({_TIME})?", re.ASCII
)
# A code has digits; a long word of letters in it is a name, or a part of one.
_CODE: Final = re.compile(r"(?=.*\d)(?!.*[A-Za-zĐđ]{6})[A-Za-z0-9Đđ][A-Za-z0-9Đđ_.,:/-]{0,59}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_PERSONS: Final = re.compile(r"(?<!\d)\d{9,12}(?!\d)", re.ASCII)  # as long as identity and telephone numbers are
_WORDS: Final = frozenset({"True", "False"}).union(
    *(words for (name, _), words in VOCABULARY.items() if name == "dossiers")
)


class How(StrEnum):
    """What makes two values of a column the same. Nothing on one side only is always a difference."""

    TEXT = "text"  # NFC; case, and how many spaces, do not count
    CODE = "code"  # NFC; case, spaces and the ".0" of spreadsheets do not count
    MINUTE = "minute"  # less than a minute apart
    MINUTE_OR_DAY = "minute_or_day"  # the same; by the day in Hanoi where either side knows only the date
    EXACT = "exact"
    NOT_COMPARED = "not_compared"  # it says when something was written, not what


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One column, how it is compared, and the companion that says whether only the date is known ("" for none)."""

    column: str
    how: How
    precision: str = ""


_NOT_COMPARED: Final = frozenset({"updated_at"})
_BY_KIND: Final = {
    Kind.TEXT: How.TEXT,
    Kind.CODE: How.CODE,
    Kind.INSTANT: How.MINUTE,
    Kind.DAY: How.EXACT,
    Kind.NUMBER: How.EXACT,
    Kind.BOOLEAN: How.EXACT,
}


def column_rules(dataset: Dataset) -> tuple[ColumnRule, ...]:
    """The rule of every canonical column, in the order of the catalogue."""
    return tuple(_rule(column) for column in dataset.columns)


def _rule(column: Column) -> ColumnRule:
    if column.name in _NOT_COMPARED:
        return ColumnRule(column.name, How.NOT_COMPARED)
    if column.precision:
        return ColumnRule(column.name, How.MINUTE_OR_DAY, column.precision_name)
    return ColumnRule(column.name, _BY_KIND[column.kind])


def differing(rules: Iterable[ColumnRule], one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns in which two rows differ beyond what the rules let pass.

    Rows carry stored values (aware instants, dates, ints, bools, texts, None) with the precision where it is known.
    """
    return tuple(rule.column for rule in rules if not _same(rule, one, other))


def _same(rule: ColumnRule, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    left, right = one.get(rule.column), other.get(rule.column)
    if left == right or rule.how is How.NOT_COMPARED:
        return True
    if rule.how in (How.TEXT, How.CODE):
        fold = folded_text if rule.how is How.TEXT else folded_code
        return fold(left) == fold(right)
    if not (isinstance(left, datetime) and isinstance(right, datetime)):
        return False  # also a text where an instant belongs: a cell that nobody could read
    if rule.precision and DAY in (one.get(rule.precision), other.get(rule.precision)):
        return hanoi_day(left) == hanoi_day(right)
    return abs(left - right) < _MINUTE


def folded_text(text: object) -> str:
    """The text without what does not count in a text; nothing and a blank are the same."""
    return " ".join(_folded(text).split())


def folded_code(text: object) -> str:
    """The code without what does not count in a code; nothing and a blank are the same."""
    plain = "".join(_folded(text).split())
    number = _NUMBER_AS_TEXT.fullmatch(plain)
    return number[1] if number else plain


def folded_key(key: str) -> str:
    """A record key in the form in which keys are the same: each part as a code."""
    return "|".join(folded_code(part) for part in key.split("|"))


def _folded(text: object) -> str:
    """Small letters in NFC, without marks that nobody sees."""
    plain = "" if text is None else str(text)
    if plain.isascii():
        return plain.casefold()
    seen = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", seen).casefold())


def hanoi_day(moment: datetime) -> date:
    """The day of an instant in Hanoi."""
    return moment.astimezone(HANOI).date()


def plain_value(rule: ColumnRule, row: Mapping[str, Any]) -> Any:
    """What a side says in that column, as a plain JSON value that people can read: instants in Hanoi time."""
    value = row.get(rule.column)
    if isinstance(value, datetime):
        local = value.astimezone(HANOI)
        only_day = row.get(rule.precision) == DAY
        return local.date().isoformat() if only_day else local.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    return value


def doubtful_value(text: str | None, known: Collection[str] = ()) -> str | None:
    """What a row that was refused says in a column, where it is a date, a word or code that is `known`, or cannot but
    be a code; else "?".

    A cell that was refused may hold anything, also what belongs into the cell beside it: a person's name or number.
    """
    return text if text is None or _is_harmless(text, known) else "?"


def _is_harmless(text: str, known: Collection[str]) -> bool:
    if _DATE.fullmatch(text) or _UUID.fullmatch(text):
        return True
    has_letters = any(letter.isalpha() for letter in text)
    bare = text.replace(".", "") if has_letters else "".join(filter(str.isdigit, text))
    if _PERSONS.search(bare):
        return False
    return text in _WORDS or text in known or _CODE.fullmatch(text) is not None
