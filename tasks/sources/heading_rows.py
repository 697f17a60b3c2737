"""Where the heading of a table stands, found by what it says: title rows above it, headings over several rows, merges.

Nothing is guessed: at least three known headings, or all that are required, or else the file's first row must do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.intake.text import clean, fold
from tasks.sources.sheet_cells import shown
from tasks.sources.table import Heading, Line, Origin, Wanted

FIRST_LINES: Final = 15  # a heading further down is not looked for
_ENOUGH: Final = 3
_TALLEST: Final = 3
# Who takes a dossier in is not who handles it, an abstract is not the procedure's name: these headings count only where
# no better one is there.
_GIVES_WAY: Final = frozenset({fold("Đơn vị tiếp nhận"), fold("Trích yếu")})


@dataclass(frozen=True, slots=True)
class Header:
    """The heading found. `first` and `last` index the lines given; `places` names the column of each cell or None."""

    first: int
    last: int
    labels: tuple[str, ...]
    places: tuple[Heading | None, ...]

    @property
    def names(self) -> list[str]:
        """Canonical names found, with repetitions."""
        return [place.name for place in self.places if place]

    @property
    def unused(self) -> set[int]:
        """Columns with headings nobody asked for."""
        both = enumerate(zip(self.labels, self.places, strict=True))
        return {column for column, (label, place) in both if label and place is None}


def find_header(lines: Sequence[Line], wanted: Wanted) -> Header | None:
    """The heading among the first lines (blank ones left out beforehand); None when there is no line at all.

    When no row says enough, the row that says most is given, so that a fault can name what is missing in it.
    """
    head = lines[:FIRST_LINES]
    if not head:
        return None
    singles = [_window(head, place, place, wanted) for place in range(len(head))]
    for header in singles:
        if is_enough(header, wanted):
            return max(_around(head, header, wanted), key=_merit)
    for header in _several(head, wanted):
        if is_enough(header, wanted):
            return header
    return max(singles, key=lambda header: (len(set(header.names)), -header.first))


def is_enough(header: Header, wanted: Wanted) -> bool:
    """Whether the row is surely a heading."""
    found = set(header.names)
    return len(found) >= _ENOUGH or (bool(found) and found.issuperset(wanted.required))


def must_fit(header: Header, wanted: Wanted, origin: Origin, *, agency: bool) -> None:
    """Raise SourceFault for a heading that leaves doubt. `agency`: the letterhead stands in for the unit column."""
    names = header.names
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise origin.fault("duplicate_column", columns=", ".join(twice), labels=_labels(twice, wanted))
    missing = [name for name in wanted.required if name not in names and not (agency and name == "unit_code")]
    if missing:
        raise origin.fault("missing_column", columns=", ".join(missing), labels=_labels(missing, wanted))


def _labels(names: Sequence[str], wanted: Wanted) -> str:
    """Columns as offices call them: by the first Vietnamese heading in use, where there is one."""
    known = {heading.name: heading.aliases for heading in wanted.headings}
    return ", ".join(next((alias for alias in known[name] if not alias.isascii()), name) for name in names)


def _merit(header: Header) -> tuple[int, int]:
    return len(set(header.names)), header.first - header.last


def _around(head: Sequence[Line], single: Header, wanted: Wanted) -> Iterator[Header]:
    """The row itself and taller headings that hold it. A row with anything under a heading found is data: stop."""
    found = single.first
    yield single
    for first in range(found, max(found - _TALLEST, -1), -1):
        for last in range(found, min(first + _TALLEST, len(head))):
            if (first, last) != (found, found) and _only_below(head[found + 1 : last + 1], single):
                yield _window(head, first, last, wanted)


def _only_below(lines: Sequence[Line], single: Header) -> bool:
    return all(
        fold(shown(cell)) in ("", fold(label))
        for line in lines
        for cell, label, place in zip(line.cells, single.labels, single.places, strict=False)
        if place
    )


def _several(head: Sequence[Line], wanted: Wanted) -> Iterator[Header]:
    for height in range(1, _TALLEST):
        for first in range(len(head) - height):
            yield _window(head, first, first + height, wanted)


def _window(head: Sequence[Line], first: int, last: int, wanted: Wanted) -> Header:
    known = {fold(word): heading for heading in wanted.headings for word in (heading.name, *heading.aliases)}
    grid = _spread(head[first : last + 1])
    labels: list[str] = []
    places: list[Heading | None] = []
    for column in range(max(len(cells) for cells in grid)):
        texts = _levels([cells[column] if column < len(cells) else "" for cells in grid])
        tries = (" ".join(texts), *texts[-1:], " ".join(texts[-2:]), *texts[:1])
        label = next((text for text in tries if fold(text) in known), tries[0])
        labels.append(label)
        places.append(known.get(fold(label)))
    return Header(first, last, tuple(labels), tuple(_without_weaker(labels, places)))


def _levels(texts: Sequence[str]) -> list[str]:
    """The headings of one column from top to bottom; one merged over several rows counts once."""
    levels: list[str] = []
    for text in map(clean, texts):
        if text and (not levels or fold(levels[-1]) != fold(text)):
            levels.append(text)
    return levels


def _spread(lines: Sequence[Line]) -> list[list[str]]:
    """Texts, with a heading merged over several columns above each of them, unless it is the lowest of its column."""
    grid = [[shown(cell) for cell in line.cells] for line in lines]
    for place, line in enumerate(lines):
        for left, right, bottom in line.spans:
            if bottom < lines[-1].number and left < len(grid[place]):
                end = min(right + 1, len(grid[place]))
                grid[place][left:end] = [grid[place][left]] * (end - left)
    return grid


def _without_weaker(labels: Sequence[str], places: Sequence[Heading | None]) -> list[Heading | None]:
    names = [place.name for place in places if place]
    return [
        None if place and names.count(place.name) > 1 and fold(label) in _GIVES_WAY else place
        for label, place in zip(labels, places, strict=True)
    ]
