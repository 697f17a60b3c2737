"""Long lists in pieces: no statement grows with the number of keys it is asked about."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500  # values of one statement; drivers allow more, plans stay simple


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in their order, so many at a time."""
    stream = iter(values)
    while some := list(islice(stream, size)):
        yield some
