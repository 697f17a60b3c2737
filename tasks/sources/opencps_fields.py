"""From an OpenCPS v2 record to canonical columns: field names, status words, what is left out.

An allow-list: applicants' fields are not named here, so they go nowhere. Wire facts were read in OpenCPS's public
source; how records are fetched is opencps.py's part.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tasks.intake.set_aside import NOT_RECEIVED

OTHER_ORIGINALITY: Final = "other_originality"

_TEXTS: Final = {
    "source_record_id": "dossierId",
    "dossier_code": "dossierNo",
    "unit_code": "govAgencyCode",
    "procedure_code": "serviceCode",
    "procedure_name": "serviceName",
    "field": "domainName",
    "received_at": "receiveDate",
    "due_at": "dueDate",
    "resolved_at": "releaseDate",
    "returned_at": "finishDate",
    "submitted_at": "submitDate",
    "step_name": "stepName",
}
_NAMES: Final = ("source_record_id", "dossier_code")
_READ_BESIDES: Final = (
    *("dossierStatus", "dossierSubStatus", "lockState", "originality", "online"),
    *("durationCount", "durationUnit", "lastActionDate", "modifiedDate"),
)
_ALLOWED: Final = frozenset({*_TEXTS.values(), *_READ_BESIDES})
COLUMNS: Final = (  # what a record is mapped to
    *_TEXTS,
    *("status", "paused", "duration_amount", "duration_unit", "channel", "updated_at"),
)
_IN_ORDER: Final = tuple(sorted(_ALLOWED))
# the portal's code, and whether the clock stands; design §5
_STATUS: Final[Mapping[str, tuple[str, bool]]] = {
    "new": ("1", False),
    "receiving": ("1", False),
    "processing": ("4", False),
    "interoperating": ("4", False),
    "waiting": ("5", True),
    "paying": ("6", False),
    "pausing": ("5", True),
    "releasing": ("9", False),
    "done": ("10", False),
    "denied": ("3", False),
    "unresolved": ("3", False),
    "cancelled": ("7", False),
}
_LOCKED: Final = frozenset({"PAUSE", "PAUSE_OVERDUE"})
_OPEN: Final = frozenset({"2", "4", "5", "6", "8"})
_OWN: Final = frozenset({"2", "3"})  # 2: the officers' copy of an online dossier, 3: counter; others count twice
_CHANNELS: Final = {"true": "online", "false": "counter"}
_UNITS: Final = {"0": "working_day", "1": "working_hour"}
_WHOLE: Final = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)

Wire = Mapping[str, object]


@dataclass(slots=True)  # not frozen: that would cost a third of the time of mapping
class Mapped:
    """One record understood: its id and canonical values, or why it is ignored (`ignored`) or broken (`malformed`)."""

    record_id: str
    values: Mapping[str, str | None]
    ignored: str = ""
    malformed: str = ""
    fingerprint: str = ""
    fractional: bool = False


def record_id_of(record: Wire) -> str:
    """The source's own id, "" where it gave none that can be read."""
    told = record.get("dossierId")
    return told.strip() if isinstance(told, str) else ""


def print_of(record: Wire) -> int:
    """Equal for two tellings of a record that say the same in all that is read; for this process only."""
    told = tuple(map(record.get, _IN_ORDER))
    try:
        return hash(told)
    except TypeError:
        return hash(repr(told))


def is_foreign(record: Wire) -> bool:
    """Told to be of another originality: the portal's copy, a group dossier, a deleted one."""
    told = record.get("originality")
    return isinstance(told, str) and told.strip() not in _OWN and told.strip() != ""


def map_record(record: Wire, status_map: Mapping[str, str]) -> Mapped:
    """Canonical values of one record of a list or detail answer. `status_map` overrides, sub-status first."""
    wire: dict[str, str | None] = {}
    for name in _IN_ORDER:
        told = record.get(name)
        if type(told) is str:  # nearly always: numbers were read as text
            wire[name] = told.strip() or None
        elif told is not None:
            try:
                wire[name] = _text(told)
            except TypeError:
                return _malformed(record)
    values: dict[str, str | None] = {column: wire.get(name) for column, name in _TEXTS.items()}
    status, values["paused"] = _status(wire, status_map)
    values["status"] = status
    values["duration_amount"], values["duration_unit"], fractional = _duration(
        wire.get("durationCount"), wire.get("durationUnit")
    )
    values["channel"] = _CHANNELS.get((wire.get("online") or "").lower())
    values["updated_at"] = wire.get("modifiedDate") or wire.get("lastActionDate")
    return Mapped(
        record_id=values["source_record_id"] or "",
        values=values,
        ignored=_ignored(wire, status, values["received_at"]),
        fractional=fractional,
    )


def _text(value: object) -> str | None:
    """Digits may come as numbers and flags as booleans: both are text here. Empty text is nothing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value).strip() or None
    raise TypeError


def _status(wire: Mapping[str, str | None], status_map: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Code and `paused`. An unknown word stays as it is, for validation; an overridden one leaves pausing to its code.

    A lock always pauses an open dossier.
    """
    word, below = wire.get("dossierStatus"), wire.get("dossierSubStatus")
    locked = (wire.get("lockState") or "").upper() in _LOCKED
    override = status_map.get(below or "") or status_map.get(word or "")
    if override:
        return override, "true" if locked and override in _OPEN else None
    if word is None or word not in _STATUS:
        return word, "true" if locked else None
    code, paused = _STATUS[word]
    return code, "true" if paused or (locked and code in _OPEN) else "false"


@lru_cache(maxsize=1024)
def _duration(text: str | None, unit: str | None) -> tuple[str | None, str | None, bool]:
    """Amount and unit; zero means none was set. A fraction is not converted: then the duration counts as unknown."""
    found = _WHOLE.fullmatch(text or "0")
    if found is None:
        fractional = re.fullmatch(r"\d+\.\d+", text or "") is not None
        return (None, None, True) if fractional else (text, None, False)
    if int(found[1]) == 0:
        return None, None, False
    return found[1], _UNITS.get(unit or "", unit), False


def _ignored(wire: Mapping[str, str | None], status: str | None, received: str | None) -> str:
    originality = wire.get("originality")
    if originality is not None and originality not in _OWN:
        return OTHER_ORIGINALITY
    if status == "1" or (status in {"3", "7"} and not received):
        return NOT_RECEIVED
    return ""


def _malformed(record: Wire) -> Mapped:
    """A field that should be text is a list or an object: nothing of the record is used but what names it.

    With its id or its code a newer word about a known dossier puts the older one in doubt.
    """
    content = {name: record[name] for name in sorted(_ALLOWED & record.keys())}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Mapped(
        record_id=record_id_of(record),
        values={
            column: told.strip() or None for column in _NAMES if isinstance(told := record.get(_TEXTS[column]), str)
        },
        malformed="bad_shape",
        fingerprint=digest,
    )
