"""A page of rows as one body for the landing, and back: JSON lines, so that a row's place is the number of its line.

The first line names the canonical columns, each further line is one record as an array of texts. A record that cannot
be trusted is an object that says why; its cells are not kept.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Final, TypeAlias

from tasks.sources.base import Malformed, Part

Cells: TypeAlias = list[str | None]
_FIRST_RECORD: Final = 2  # line numbers count from 1, the first line is the heading
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def page_body(columns: Sequence[str], rows: Iterable[Cells | Malformed]) -> bytes:
    """The same rows give the same bytes."""
    lines = [_WRITE({"columns": list(columns)})]
    lines += [
        _WRITE(row) if isinstance(row, list) else _WRITE({"malformed": row.code, "fingerprint": row.fingerprint})
        for row in rows
    ]
    return "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")


def page_part(body: bytes, sha256: str, moment: datetime) -> Part:
    """The records of such a body as a part."""
    first, *lines = body.decode("utf-8", "surrogatepass").split("\n")[:-1]
    names: list[str] = json.loads(first)["columns"]
    rows = json.loads(f"[{','.join(lines)}]")
    malformed: dict[int, Malformed] = {}
    for place, row in enumerate(rows):
        if isinstance(row, dict):
            malformed[place] = Malformed(row["malformed"], row["fingerprint"])
            rows[place] = list(repeat(None, len(names)))
    cells = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return Part(
        columns=dict(zip(names, cells, strict=True)),
        refs=[f"sha256:{sha256}#{number}" for number in range(_FIRST_RECORD, _FIRST_RECORD + len(rows))],
        moment=moment,
        malformed=malformed,
    )


def joined(parts: Sequence[Part]) -> Part:
    """Parts of the same columns and moment as one."""
    if len(parts) == 1:
        return parts[0]
    malformed: dict[int, Malformed] = {}
    refs: list[str] = []
    for part in parts:
        malformed |= {len(refs) + place: why for place, why in part.malformed.items()}
        refs += part.refs
    columns = {name: [cell for part in parts for cell in part.columns[name]] for name in parts[0].columns}
    return Part(columns=columns, refs=refs, moment=parts[0].moment, malformed=malformed)
