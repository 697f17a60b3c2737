"""The finished letter before layout: every sentence chosen and filled, nothing about HTML or line ends.

The text and the HTML template draw the same letter, so that both parts of a mail always say the same. Add a field
here when both layouts must show something new; the sentences themselves come from `wording`.
"""

from dataclasses import dataclass

LATE, SOON, CALM, ASK = "late", "soon", "calm", "ask"  # tones: how a layout may stress a row beside its words


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStyle:
    """What a province sets: who signs and who answers. Empty texts fall back to the catalogue of the language."""

    sender_name: str = "Hệ thống đôn đốc"
    contact_address: str = ""
    contact_unit: str = ""
    agency: str = ""
    legal_dossiers: str = ""
    max_rows: int = 20  # design §9: the worst twenty, then "and n more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled line of a row, a note in parentheses behind it. `slot`: "due" column of dates, "ask" question."""

    text: str
    label: str = ""
    note: str = ""
    slot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item: its name, how it stands, and what is known of it."""

    number: int
    name: str
    state: str
    tone: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one unit; `name` is empty where the mail speaks of one unit only."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of numbers: the first column names, the last row sums."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A titled part of the letter: rows, bullets, a table."""

    title: str
    note: str = ""
    groups: tuple[Group, ...] = ()
    grid: Grid | None = None
    bullets: tuple[str, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Column headings of the tables."""

    content: str
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A whole mail in reading order."""

    locale: str
    subject: str
    greeting: tuple[str, ...]
    lead: tuple[str, ...]
    blocks: tuple[Block, ...]
    foot: tuple[str, ...]
    regards: str
    signature: str
    automatic: str
    headings: Headings

    @property
    def preheader(self) -> str:
        """What a phone shows beside the subject: the lead in one line."""
        return " ".join(self.lead)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """What goes into a message: one subject, and the same letter twice."""

    subject: str
    text: str
    html: str
    locale: str
