"""Rows as values: those of a refused record read from its texts, where a record belongs, the hash its values give.

Used where findings are made (`side_findings`) and where rows are looked at a second time (`second_look`).
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from tasks.intake.keys import content_hashes
from tasks.rules.column_rules import DAY, doubtful_value, hanoi_day
from tasks.rules.datasets import Dataset, Kind
from tasks.rules.timezone import HANOI
from warehouse.comparing import Row

_SERIAL: Final = re.compile(r"[3-6]\d{4}(\.\d+)?", re.ASCII)  # 1982 to 2091
_SERIAL_START: Final = datetime(1899, 12, 30)  # noqa: DTZ001 -- a serial is a local date without zone
KEYLESS: Final = "?"  # begins the name of a record without a key of its own

Place = tuple[str, str, date | None]  # dossier code, unit, day of receipt in Hanoi


def place_of(row: Row) -> Place:
    """Where a record belongs."""
    received = row.get("received_at")
    day = hanoi_day(received) if isinstance(received, datetime) else None
    return row.get("dossier_code") or "", row.get("unit_code") or "", day


def stored_hash(dataset: Dataset, row: Row) -> str:
    """The content hash that the stored values of a row give."""
    return content_hashes({column.name: [_canonical(row[column.name])] for column in dataset.stored})[0]


def typed(dataset: Dataset, content: Mapping[str, str | None], fills: frozenset[time]) -> dict[str, Any]:
    """Texts of a refused row as values; what cannot be read stays a text, which equals nothing stored."""
    row: dict[str, Any] = {}
    for column in dataset.columns:
        text = content.get(column.name)
        value: Any = text if text is None or column.kind in (Kind.TEXT, Kind.CODE) else _value(column.kind, text)
        row[column.name] = value
        if column.precision and isinstance(value, datetime):
            alone = value.astimezone(HANOI).time() in fills
            row[column.precision_name] = DAY if alone else "minute"
    return row


def shown_place(row: Row, units: Collection[str]) -> Place:
    """That of a refused row: anything may stand in its cells, so only what must be a code is shown.

    `units`: codes that are known.
    """
    code, unit, day = place_of(row)
    return "" if doubtful_value(code) == "?" else code, "" if doubtful_value(unit, units) == "?" else unit, day


def shown_key(key: str, content_hash: str, units: Collection[str]) -> str:
    """The key of a refused row, or a name made of its content where the key is none that may be shown."""
    parts = [part for part in key.split("|") if part]
    return key if all(doubtful_value(part, units) == part for part in parts) else KEYLESS + content_hash[:16]


def _value(kind: Kind, text: str) -> Any:
    readers: dict[Kind, Callable[[str], Any]] = {
        Kind.INSTANT: datetime.fromisoformat,
        Kind.DAY: date.fromisoformat,
        Kind.NUMBER: int,
        Kind.BOOLEAN: lambda word: {"True": True, "False": False}[word],
    }
    try:
        value = _of_serial(text) if kind is Kind.INSTANT and _SERIAL.fullmatch(text) else readers[kind](text)
    except (ValueError, KeyError):
        return text
    return text if isinstance(value, datetime) and value.tzinfo is None else value


def _of_serial(text: str) -> datetime:
    """A day count of spreadsheets. A load takes it from workbooks only; that it is the same moment shows here."""
    days = float(text)
    local = _SERIAL_START + timedelta(days=int(days), seconds=round((days - int(days)) * 86_400))
    return local.replace(tzinfo=HANOI)


def _canonical(value: Any) -> str | None:
    """The text of which the content hash is made (see `tasks/intake/cells`)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)
