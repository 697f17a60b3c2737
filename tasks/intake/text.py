"""How text is cleaned and compared before anything else looks at it.

Sources send decomposed letters, zero-width marks, no-break spaces and look-alikes. One place decides what counts as the
same text. Parsing of dates and numbers lives in dates.py and cells.py.
"""

import unicodedata

_DROPPED = (
    *range(0x200B, 0x2010),  # zero width, direction marks
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),  # bidi embeddings and isolates
    *range(0xD800, 0xE000),  # lone surrogates: no database takes them
    0x00AD,
    0x061C,
    0x2060,
    0xFEFF,
)
_SPACED = (*range(0x00, 0x20), *range(0x7F, 0xA0))
_CLEAN: dict[int, str | None] = {
    **dict.fromkeys(_DROPPED),
    **dict.fromkeys(_SPACED, " "),
    0x00D0: "Đ",  # Icelandic eth, typed for the Vietnamese letter in old fonts
    0x00F0: "đ",
}
_CODE: dict[int, str | None] = {
    **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},  # full-width forms
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
}


def clean(text: str) -> str:
    """Text as stored: NFC, without invisible marks, runs of space collapsed to one, ends trimmed."""
    if not (text.isascii() and text.isprintable()):
        text = _composed(_composed(text).translate(_CLEAN))  # what goes may have stood between a letter and its mark
    return " ".join(text.split())


def clean_word(text: str) -> str:
    """`clean`, and full-width digits and letters and odd hyphens become plain ones: for codes, dates, numbers."""
    cleaned = clean(text)
    return cleaned if cleaned.isascii() else clean(cleaned.translate(_CODE))


def clean_code(text: str) -> str:
    """A code: its inner spaces mean nothing and go; leading zeros and case stay."""
    return _composed(clean_word(text).replace(" ", ""))


def clean_address(text: str) -> str:
    """A mail address: large and small letters are the same to every server in use, so to us too."""
    return _composed(clean_code(text).casefold())


def fold(text: str) -> str:
    """The form in which headings and words of a list are compared: case and spaces do not count."""
    return clean_word(text).casefold()


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
