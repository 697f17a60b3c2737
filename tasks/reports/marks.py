"""The little markdown that our cards are made of, and numbers in them; `card_page` turns the same into a page."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")

_TYPED = re.compile(r"`([^`]+)`")


def safe(text: str) -> str:
    """Text that means nothing to markdown, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def spoken(text: str) -> str:
    """A sentence that means nothing to markdown, but for what stands between backticks: that is something to type."""
    parts = _TYPED.split(" ".join(text.split()))
    return "".join(code(part) if place % 2 else _SPECIAL.sub(r"\\\1", part) for place, part in enumerate(parts))


def code(text: str) -> str:
    """Something to type, as it stands."""
    return f"`{' '.join(text.split()).replace('`', '').replace('|', '/')}`" if text else ""


def grouped(n: int, locale: str) -> str:
    """A number in groups of three digits: 120.000 in Vietnamese, 120,000 in English."""
    return f"{n:,}" if locale == "en" else f"{n:,}".replace(",", ".")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are `safe` already."""
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)
