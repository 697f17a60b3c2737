"""Whether a quarantined row may be let in as it stands, on a person's word (design §3 quarantine release).

A person can say that an odd date is true. Nobody can say what an unreadable cell means, what an empty required cell
holds, or that a step which the law ties to a document needs none: such rows are corrected at the source. The words of
the refusals are the desk's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tasks.rules.datasets import VOCABULARY, Dataset, Kind
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

QUARANTINE_DAYS = 5  # working days after which a row that nobody has settled is a matter of its own

KEYLESS = "?"  # with which the place-holder key of a row without one begins
# faults of plausibility: what the row says can be stored and reckoned with
PLAUSIBILITY = frozenset(
    {
        "conflicting_duplicates",
        "due_before_issued",
        "due_before_received",
        "duration_incomplete",
        "internal_incomplete",
        "issued_in_future",
        "received_in_future",
        "seen_in_future",
        "resolved_before_received",
        "returned_before_received",
        "to_before_from",
        "valid_to_before_valid_from",
    }
)
ENDINGS = {
    "_invalid": "unreadable",
    "_unknown": "word_unknown",
    "_out_of_range": "range",
    "_missing": "cell_missing",
}
BROKEN = frozenset({"malformed_row", "formula_cell", "code_as_number", "code_too_long"})
# steps that the law ties to something, and the column where it is told: two datasets know extensions
LEGAL = {
    "extension_without_date": ("new_due_at", "new_due_on"),
    "extension_without_document": ("document_no",),
    "risk_without_expiry": ("expires_on",),
    "side_exit_without_approver": ("approver",),
    "side_exit_without_reason": ("reason",),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row cannot be released: a code of the desk's catalogue and the column to be corrected, "" for the row."""

    code: str
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A quarantined row with what is known around it.

    `moment`: as of when the source said so. `current_moment` and `current_hash` are those of the current version of
    the key, None without one. `released_beside`: another row of the same source and key was let in before.
    """

    dataset: Dataset
    record_key: str
    content_hash: str
    content: Mapping[str, str | None]
    reasons: Sequence[str]
    moment: datetime
    current_moment: datetime | None = None
    current_hash: str | None = None
    released_beside: bool = False


def refusal_of(row: Candidate) -> Refusal | None:
    """Why the row must stay out; None when a person's word lets it in."""
    if broken := sorted(set(row.reasons) & BROKEN):
        return Refusal(broken[0])
    if missing := _missing(row):
        return Refusal("cell_missing", missing)
    if row.record_key.startswith(KEYLESS):
        return Refusal("no_key")
    for code in row.reasons:
        if refused := _by_reason(row.dataset, code):
            return refused
    if word := _unknown_word(row):
        return Refusal("word_unknown", word)
    if row.current_hash == row.content_hash:
        return Refusal("already_there")
    if row.current_moment is not None and row.current_moment > row.moment:
        return Refusal("overtaken")
    if row.released_beside and "conflicting_duplicates" in row.reasons:
        return Refusal("other_released")
    return None


def overdue_since(calendar: WorkingCalendar, now: datetime) -> datetime:
    """Rows first seen before this moment have been waiting for more than `QUARANTINE_DAYS`."""
    day, worked = now.astimezone(HANOI).date(), 0
    while True:
        worked += calendar.is_working_day(day)
        if worked > QUARANTINE_DAYS:
            return datetime.combine(day, time(), tzinfo=HANOI)
        day -= timedelta(days=1)


def is_plausibility(code: str) -> bool:
    """A fault that a person may overrule."""
    return code in PLAUSIBILITY or code.endswith("_implausible")


def _by_reason(dataset: Dataset, code: str) -> Refusal | None:
    if is_plausibility(code):
        return None
    if code in LEGAL:
        known = {column.name for column in dataset.columns}
        return Refusal("legal_form", next((name for name in LEGAL[code] if name in known), ""))
    if code == "key_missing":
        return Refusal("no_key")
    for ending, refused in ENDINGS.items():
        if code.endswith(ending):
            return Refusal(refused, _column_of(dataset, code.removesuffix(ending)))
    return Refusal("not_built")


def _missing(row: Candidate) -> str:
    return next((name for name in row.dataset.required if not row.content.get(name)), "")


def _unknown_word(row: Candidate) -> str:
    for column in row.dataset.columns:
        words: Collection[str] = VOCABULARY.get((row.dataset.name, column.name), ())
        value = row.content.get(column.name)
        if column.kind is Kind.CODE and words and value and value not in words:
            return column.name
    return ""


def _column_of(dataset: Dataset, stem: str) -> str:
    names = [column.name for column in dataset.columns]
    return stem if stem in names else next((name for name in names if name.startswith(f"{stem}_")), "")
