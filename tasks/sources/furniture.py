"""What stands in an office's table and is no record: column numbers, groups, totals, repeated headings, signatures.

Each kind is told by something that no record has, so that no record is taken for furniture: what is not surely
furniture goes on as a row and is judged there. Everything left out is counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from tasks.intake.dates import parse_day
from tasks.intake.text import clean, clean_word, fold
from tasks.rules.datasets import Kind
from tasks.sources.heading_rows import Header
from tasks.sources.sheet_cells import shown
from tasks.sources.table import Block, Cell, Line

_IN_BRACKETS = re.compile(r"[(\[](?:\d{1,2}|[A-Z])(?:\s*=[\s\d+\-*/()]+)?[)\]](?:\s*=[\s\d+\-*/()]+)?")
_COUNTED = re.compile(r".*\S\s*\(\d+\)", re.DOTALL)  # Đất đai (12)
_NUMERAL = re.compile(r"(?:[IVXLC]+|[A-Z])[.)]?")
_TOTAL = re.compile(
    r"(?:tổng(?:\s+(?:số|cộng)\b.*)?|cộng(?:\s+(?:(?:cuối|hết) )?(?:trang|sổ|quyển|tháng)\b.*)?)"
    r"\s*:?(?:\s*\d+(?:\s+hồ sơ)?)?",
    re.DOTALL,
)
_AMOUNT = re.compile(r"[\d\s.,%()/+-]*(?<=[\d\s)])(?:hồ sơ|dòng|lượt)|[\d\s.,%()/+-]*", re.ASCII)
_PLACE_AND_DATE = re.compile(r".*\bngày\s*[\d.…]*\s*tháng\s*[\d.…]*\s*năm\s*[\d.…]*", re.DOTALL)
_SIGNED_BY: Final = (
    "người lập",
    "người tiếp nhận hồ sơ",
    "người báo cáo",
    "người duyệt",
    "cán bộ tiếp nhận",
    "thủ trưởng",
    "lãnh đạo",
    "trưởng phòng",
    "giám đốc",
    "chủ tịch",
    "nơi nhận",
    "(ký",
    "kt. ",
    "tm. ",
    "tl. ",
    "tuq. ",
)
_FEW: Final = 3  # groups and signatures fill no more cells
_BEGINNING: Final[Callable[[str], str]] = itemgetter(slice(2))
_OPENS_TOTAL = frozenset({"tổ", "to", "cộ", "co"})


@dataclass(slots=True)
class Furniture:
    """Judges the lines below one heading, in order, and counts what it leaves out."""

    header: Header
    required: Collection[str]
    left_out: Counter[str] = field(default_factory=Counter)
    _begun: bool = False
    _signed: bool = False
    _needed: tuple[int, ...] = field(init=False)
    _key: tuple[int, str] = field(init=False)  # the first column with a known heading, and that heading

    def __post_init__(self) -> None:
        places = enumerate(self.header.places)
        self._needed = tuple(column for column, place in places if place and place.name in self.required)
        column = next((column for column, place in enumerate(self.header.places) if place), 0)
        self._key = column, self.header.labels[column]

    def doubtful(self, block: Block) -> list[int]:
        """Positions of the lines that `is_record` must be asked about; all others are records. In order."""
        if not self._begun:
            return list(range(len(block)))
        found = set(block.odd)
        if sum("" not in column for column in block.columns) <= _FEW:
            width = len(block.columns) - _FEW
            found.update(n for n, cells in enumerate(zip(*block.columns, strict=True)) if cells.count("") >= width)
        for column in block.columns[:_FEW]:
            if _may_open_total(column):
                found.update(n for n, cell in enumerate(column) if _opens_total(cell))
        place, label = self._key
        if place >= len(block.columns):
            return list(range(len(block)))
        keys = block.columns[place]
        if label in keys or not _all_filled(keys):
            found.update(n for n, cell in enumerate(keys) if cell == label or not shown(cell).strip())
        return sorted(found)

    def records_passed(self) -> None:
        """Records stood here that nobody asked about: a signature block is over."""
        self._signed = False

    def is_record(self, line: Line) -> bool:
        """Whether the line goes on as a row."""
        kind = self._kind(line)
        if kind:
            self.left_out[kind] += 1
        else:
            self._begun = True
            self._signed = False
        return not kind

    def _kind(self, line: Line) -> str:
        cells = line.cells
        if self._begun and len(cells) - cells.count("") > _FEW and not self._conspicuous(cells):
            return ""
        filled = [(column, cell) for column, cell in enumerate(cells) if cell != ""]
        texts = [(column, text) for column, cell in filled if (text := clean(shown(cell)))]
        if not texts:
            return "blank"
        return next((kind for kind, told in self._rules().items() if told(line, texts)), "")

    def _conspicuous(self, cells: Sequence[Cell]) -> bool:
        """A cheap look that spares most records the rules: nothing at the start of the line speaks for furniture."""
        place, label = self._key
        key = cells[place] if place < len(cells) else ""
        return any(map(_opens_total, cells[:_FEW])) or key == label or not shown(key).strip()

    def _rules(self) -> dict[str, Callable[[Line, Sequence[tuple[int, str]]], bool]]:
        return {
            "heading": lambda line, _: self._looks_like_heading(line),
            "index": lambda _, texts: not self._begun and _is_index(texts),
            "total": lambda _, texts: _is_total(texts),
            "signature": self._is_signature,
            "group": self._is_group,
        }

    def _looks_like_heading(self, line: Line) -> bool:
        """The heading printed again on a new page, or the lower rows of one that is merged over several."""
        again = 0
        for cell, label, place in zip(line.cells, self.header.labels, self.header.places, strict=False):
            if place is None or cell == "":
                continue
            if not isinstance(cell, str) or (cell != label and fold(cell) != fold(label)):
                return False
            again += 1
        return again > 1

    def _has_code_and_date(self, texts: Sequence[tuple[int, str]]) -> bool:
        places = self.header.places
        known = [(place.kind, text) for column, text in texts if column < len(places) and (place := places[column])]
        dated = any(kind in (Kind.INSTANT, Kind.DAY) and parse_day(text) is not None for kind, text in known)
        return dated and any(kind is Kind.CODE and " " not in text for kind, text in known)

    def _is_whole(self, texts: Sequence[tuple[int, str]]) -> bool:
        """Every required cell is there: a record, whatever its words."""
        return bool(self._needed) and {column for column, _ in texts}.issuperset(self._needed)

    def _is_group(self, line: Line, texts: Sequence[tuple[int, str]]) -> bool:
        """`Đất đai (12)`, a name alone or merged over columns, or a numeral with a name; a lone code is no group."""
        if self._is_whole(texts) or len(texts) > 2:
            return False
        if len(texts) == 2:
            (column, numeral), (_, name) = texts
            unused = column >= len(self.header.places) or self.header.places[column] is None
            return unused and _NUMERAL.fullmatch(clean_word(numeral)) is not None and _is_name(name)
        column, name = texts[0]
        merged = any(left == column for left, _, _ in line.spans)
        return merged or _COUNTED.fullmatch(name) is not None or _is_name(name)

    def _is_signature(self, _line: Line, texts: Sequence[tuple[int, str]]) -> bool:
        """The block under the table; once it has begun, names and places follow in few cells.

        A code and a date, each in a column of such, are a record's, whatever else it lacks: it is judged.
        """
        if len(texts) > _FEW or self._is_whole(texts) or self._has_code_and_date(texts):
            return False
        words = [fold(text) for _, text in texts]
        self._signed |= any(word.startswith(_SIGNED_BY) or _PLACE_AND_DATE.fullmatch(word) for word in words)
        return self._signed


def _opens_total(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.lstrip()[:2].casefold() in _OPENS_TOTAL


def _may_open_total(column: Sequence[Any]) -> bool:
    """Told by the few beginnings that occur in a column."""
    try:
        heads = set(map(_BEGINNING, column))
    except TypeError:  # not all of them are text
        heads = {cell[:2] for cell in column if isinstance(cell, str)}
    return any(head[:1].isspace() or head.casefold() in _OPENS_TOTAL for head in heads)


def _all_filled(column: Sequence[Any]) -> bool:
    """Whether it is sure that every cell shows something."""
    try:
        return all(map(str.strip, column))
    except TypeError:  # not all of them are text
        return False


def _is_index(texts: Sequence[tuple[int, str]]) -> bool:
    """`(1) (2) (3=4+5)`, or bare 1 2 3 … from the first filled column on."""
    words = [clean_word(text) for _, text in texts]
    if len(words) < 2:
        return False
    bare = len(words) > 2 and words == [str(number) for number in range(1, len(words) + 1)]
    return bare or all(_IN_BRACKETS.fullmatch(word) for word in words)


def _is_total(texts: Sequence[tuple[int, str]]) -> bool:
    """A word for a total and nothing but amounts beside it."""
    words = [fold(text) for _, text in texts]
    totals = [word for word in words if _TOTAL.fullmatch(word)]
    return len(totals) == 1 and all(_AMOUNT.fullmatch(word) for word in words if word != totals[0])


def _is_name(text: str) -> bool:
    """Several words with letters, as agencies and fields have; codes are one word."""
    return " " in text and sum(letter.isalpha() for letter in text) > len(text) / 2
