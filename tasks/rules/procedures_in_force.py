"""The catalogue of procedures through time: which code was in force on which day, and what took its place.

Lines of one code follow each other by `valid_from`. A line that was replaced or repealed was in force until its
`valid_to`, else until its successor began; where neither is told, it never was as far as the catalogue knows. What is
concluded from it is `procedure_rules`' part; allowed times are read elsewhere.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

ACTIVE: Final = "active"
EXPIRED: Final = "expired"  # out of its validity, though no line says replaced or repealed
_ONE_DAY: Final = timedelta(days=1)
_NO_END: Final = 9999  # how exports say "no end"
# A national code and what a province appends to publish it: 1.004194.000.00.00.H13, 2.000815.000.00.00.H55.02.
_PUBLISHED: Final = re.compile(r"(\d\.\d{6})\.\d{3}\.\d{2}\.\d{2}\.[a-z]\d{2}(\.\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProcedure:
    """One line of the catalogue; empty dates mean from ever, for ever."""

    code: str
    name: str = ""
    field: str = ""
    level: str = ""
    status: str = ""  # active, replaced, repealed; "" is active
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""

    @property
    def ended(self) -> bool:
        """Whether the line itself says that it is no longer in force."""
        return self.status not in ("", ACTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Days, both included, on which a code that the catalogue knows was not in force. `since` None: nobody knows."""

    first: date
    last: date
    since: date | None
    status: str  # replaced, repealed or expired
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Answers by code, however it is spelled; a code published by a province means its national one."""

    lines: Mapping[str, tuple[ListedProcedure, ...]]
    _outages: dict[str, tuple[Outage, ...]] = field(default_factory=dict, repr=False, compare=False)
    _named: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, lines: Iterable[ListedProcedure]) -> "Catalogue":
        """The catalogue as a look-up."""
        by_code: dict[str, list[ListedProcedure]] = defaultdict(list)
        for line in lines:
            by_code[fold_code(line.code)].append(line)
        for code in list(by_code):
            national = _national(code)
            if national not in by_code:  # only the published form is listed: the national one means the same
                by_code[national] = by_code[code]
        return cls({code: tuple(sorted(told, key=_begin)) for code, told in by_code.items()})

    def versions(self, code: str) -> tuple[ListedProcedure, ...]:
        """The lines of a code in order of time; empty for a code that nobody listed."""
        folded = fold_code(code)
        return self.lines.get(folded) or self.lines.get(_national(folded), ())

    def knows(self, code: str) -> bool:
        """Whether the catalogue has ever listed it."""
        return bool(self.versions(code))

    def field_of(self, code: str) -> str:
        """The field of work, as its newest line tells it."""
        return next((line.field for line in reversed(self.versions(code)) if line.field), "")

    def field_told(self, text: str) -> str:
        """The field of work of a procedure that somebody wrote down by its name or its code; "" for one not listed."""
        if not self._named:
            lines = (line for told in self.lines.values() for line in told if line.field)
            self._named.update((fold_words(line.name), line.field) for line in lines)
        return self.field_of(text) or self._named.get(fold_words(text), "")

    def outages(self, code: str) -> tuple[Outage, ...]:
        """When a known code was out of force. Days before its first line are none: older catalogues are not kept."""
        folded = fold_code(code)
        if folded not in self._outages:
            self._outages[folded] = tuple(self._gaps(self.versions(folded)))
        return self._outages[folded]

    def outage_on(self, code: str, day: date) -> Outage | None:
        """Why a known code was not in force on that day; None when it was."""
        return next((gap for gap in self.outages(code) if gap.first <= day <= gap.last), None)

    def in_force(self, day: date) -> Iterator[ListedProcedure]:
        """The newest line of every listed code that was in force on that day."""
        for code, lines in sorted(self.lines.items()):
            if fold_code(lines[-1].code) == code and _begin(lines[0]) <= day and self.outage_on(code, day) is None:
                yield [line for line in lines if _begin(line) <= day][-1]

    def _gaps(self, lines: Sequence[ListedProcedure]) -> Iterator[Outage]:
        free = _begin(lines[0]) if lines else date.max  # the first day not yet accounted for
        cause = lines[0] if lines else None
        for place, line in enumerate(lines):
            first, last = _begin(line), self._last(line, lines[place + 1 :])
            if cause is not None and first > free:
                yield _outage(cause, free, first - _ONE_DAY)
                free = first
            cause = line
            if last == date.max:
                return
            if last is not None and last >= first:
                free = max(free, last + _ONE_DAY)
        if cause is not None:
            yield _outage(cause, free, date.max)

    def _last(self, line: ListedProcedure, later: Sequence[ListedProcedure]) -> date | None:
        """The last day on which the line was in force; None: as far as anybody knows, it never was."""
        if line.valid_to is not None and line.valid_to.year < _NO_END:
            return line.valid_to
        if line.ended:
            follows = self.versions(line.replaced_by) if line.replaced_by else ()
            return _before(_begin(follows[0])) if follows else None
        return _before(_begin(later[0])) if later else date.max


def fold_code(code: str) -> str:
    """The form in which codes are compared: NFC, no spaces, no case."""
    return "".join(unicodedata.normalize("NFC", code).split()).casefold()


def fold_words(text: str) -> str:
    """The form in which names of fields and levels are compared: NFC, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _outage(cause: ListedProcedure, first: date, last: date) -> Outage:
    return Outage(
        first=first,
        last=last,
        since=first if first > date.min else None,
        status=cause.status if cause.ended else EXPIRED,
        replaced_by=cause.replaced_by,
    )


def _begin(line: ListedProcedure) -> date:
    return line.valid_from or date.min


def _before(day: date) -> date | None:
    return day - _ONE_DAY if day > date.min else None


def _national(code: str) -> str:
    found = _PUBLISHED.fullmatch(code)
    return found[1] if found else code
