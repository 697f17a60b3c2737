"""Text typed in the fonts of before Unicode (TCVN3, VNI): valid characters that make no Vietnamese word.

Only Western letters tell: a name from abroad has one or two of them, a list in an old font has them in every word.
Bytes that are no Unicode at all are refused before, where a file is decoded.
"""

import re
from collections.abc import Iterable
from typing import Final

_OURS: Final = frozenset("ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý")
_MARKS: Final = frozenset("°§²³·«»±×½¼¾")  # found in Vietnamese text as well
_TOLERATED: Final = frozenset("Ðð")  # taken for Đ and đ
_STRANGE: Final = re.compile(
    "[" + "".join(c for c in map(chr, range(0xA1, 0x100)) if c not in _OURS | _MARKS | _TOLERATED and c != "\xad") + "]"
)
_FEW: Final = 5  # so many strange letters may stand in any file
_SHARE: Final = 0.01


def is_legible(texts: Iterable[str | None]) -> bool:
    """False when more than one letter in a hundred belongs to no Vietnamese word, each distinct text counted once."""
    strange = letters = 0
    for text in set(texts):
        if text and not text.isascii():
            strange += len(_STRANGE.findall(text))
        letters += len(text or "")
    return strange <= _FEW or strange <= _SHARE * letters
