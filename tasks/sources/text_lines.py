"""Bytes of a text file become its lines, strictly and block by block: nothing is guessed, replaced or dropped.

Encodings and line ends only. What a line says is csv_table.py's part.
"""

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from tasks.sources.table import LONGEST_CELL, Origin

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LONGEST_LINE: Final = 16 * 1024 * 1024  # characters; a cell alone may have far fewer
# Where str.splitlines breaks lines and a table must not.
_NO_LINE_ENDS: Final = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")


class TextLines:
    """The lines of one text, each with its end. A byte order mark decides the encoding, then the declared one.

    `ended`: the text read so far ends with a line break. `long`: a line so far may hold more than a cell's length.
    """

    def __init__(self, body: Iterable[bytes], encoding: str, origin: Origin) -> None:
        """`encoding`: a codec's name or `auto` (UTF-8). Reading raises SourceFault with the line that is wrong."""
        self.ended = True
        self.long = False
        self._body = body
        self._encoding = encoding
        self._origin = origin

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._split())

    def _split(self) -> Iterator[Iterable[str]]:
        """Whole lines of a block; the beginning of the next one is carried on."""
        carry, feeds = "", False
        for decoded in self._texts():
            text = carry + decoded
            feeds = feeds or "\n" in decoded
            cut = text.rfind("\n") + 1 or text.rfind("\r", 0, len(text) - 1) + 1
            carry = text[cut:]
            if len(carry) > _LONGEST_LINE:
                raise self._origin.fault("broken_quotes", line=1)
            if cut:
                yield self._lines(text[:cut])
        if carry:
            self.ended = carry.endswith("\r") and not feeds  # with line feeds elsewhere, one was cut off here
            yield self._lines(carry)

    def _lines(self, text: str) -> Iterable[str]:
        self.long = self.long or _may_hold_long_line(text)
        if any(mark in text for mark in _NO_LINE_ENDS):
            return io.StringIO(text, newline="")
        return text.splitlines(keepends=True)

    def _texts(self) -> Iterator[str]:
        blocks = iter(self._body)
        first = next(blocks, b"")
        marked = next((name for bom, name in _BOMS if first.startswith(bom)), None)
        decoder = self._decoder(marked or ("utf-8" if self._encoding == "auto" else self._encoding))
        lines = 0
        for block, final in chain(((block, False) for block in chain((first,), blocks)), ((b"", True),)):
            try:
                text = decoder.decode(block, final)
            except UnicodeDecodeError as error:
                line = lines + error.object.count(b"\n", 0, error.start) + 1
                raise self._origin.fault("encoding_unknown", line=line) from None
            if (place := text.find("\0")) >= 0:
                raise self._origin.fault("nul_in_file", line=lines + text.count("\n", 0, place) + 1)
            lines += text.count("\n")
            yield text

    def _decoder(self, encoding: str) -> codecs.IncrementalDecoder:
        try:
            b"".decode(encoding)  # refuses codecs that are no text encodings
            return codecs.getincrementaldecoder(encoding)("strict")
        except LookupError:
            raise self._origin.fault("encoding_unsupported", encoding=encoding) from None


def _may_hold_long_line(text: str) -> bool:
    """Whether there is a stretch longer than any cell may be without a line feed: a few looks, not one a letter."""
    begin = 0
    while len(text) - begin > LONGEST_CELL:
        begin = text.rfind("\n", begin, begin + LONGEST_CELL + 1) + 1
        if not begin:
            return True
    return False
