"""What makes a record the same record, and what makes its content the same content.

Key parts come from the dataset catalogue; the two datasets whose key depends on what the source gives are here. All
parts are canonical texts (cells.py), so equal values give equal keys however they were written.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from tasks.rules.datasets import Dataset

BEGINNING = "0001-01-01"  # what an empty valid_from means

Columns = Mapping[str, Sequence[str | None]]


def record_keys(dataset: Dataset, columns: Columns, received_years: Sequence[str | None]) -> list[str]:
    """One key per row; "" where a part that must be there is missing.

    A dossier is its source's own id, else code + unit + year received (in local time). An event of a recommendation is
    its id, else recommendation + instant + event.
    """
    if dataset.name == "dossiers":
        composed = _joined([columns["dossier_code"], columns["unit_code"], received_years])
        return _first(columns["source_record_id"], composed)
    if dataset.name == "recommendation_events":
        composed = _joined([columns[name] for name in ("recommendation_code", "at", "event")])
        return _first(columns["event_id"], composed)
    return _joined([_part(dataset, name, columns[name]) for name in dataset.key])


def content_hashes(columns: Columns) -> list[str]:
    """SHA-256 over the non-empty canonical texts, by name: a column added later changes no hash of rows without it."""
    told = [_headed(f"\x1f{name}=", columns[name]) for name in sorted(columns)]
    sha256 = hashlib.sha256
    return [sha256(content[1:].encode()).hexdigest() for content in map("".join, zip(*told, strict=True))]


def _headed(head: str, texts: Sequence[str | None]) -> list[str]:
    return [head + text if text else "" for text in texts]


def _part(dataset: Dataset, name: str, texts: Sequence[str | None]) -> Sequence[str | None]:
    """A required part stays missing where it is; an optional one has a meaning when empty."""
    if dataset.column(name).required:
        return texts
    empty = BEGINNING if name == "valid_from" else ""
    return [empty if text is None else text for text in texts]


def _joined(parts: Iterable[Sequence[str | None]]) -> list[str]:
    keys: list[str] = []
    for row in zip(*parts, strict=True):
        present = [text.replace("|", "%7C") for text in row if text is not None]
        keys.append("|".join(present) if len(present) == len(row) else "")
    return keys


def _first(own: Sequence[str | None], composed: Sequence[str]) -> list[str]:
    return [text or other for text, other in zip(own, composed, strict=True)]
