"""A drop folder and workbooks as offices make them, for tests of file sources."""

import io
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tasks.intake.landing import Landing
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest, SourceFault
from tasks.sources.files import FilesSource
from tests.pulls import Read, read

AS_OF = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
HEADER = ("Mã hồ sơ", "Mã đơn vị", "Trạng thái", "Ngày tiếp nhận", "Tên thủ tục")
ROWS = (
    ("00160", "31157", "Đang xử lý", "03/04/2025", "Cấp giấy phép"),
    ("TL.2", "01", "4", "09/11/2026 09:10", "NA"),
)
HEADING = ",".join(HEADER)
LINES = tuple(",".join(row) for row in ROWS)


def workbook(*rows: Sequence[Any], edit: Callable[[Any], None] | None = None) -> bytes:
    """A workbook whose first sheet holds these rows; `edit` gets the openpyxl workbook before it is saved."""
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                book.active.cell(number, column).value = value
    if edit:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(body: bytes, parts: Mapping[str, bytes | Callable[[bytes], bytes]], method: int = 8) -> bytes:
    """The same package with parts added, replaced or edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in [*old.namelist(), *(name for name in parts if name not in old.namelist())]:
            change = parts.get(name)
            if callable(change):
                new.writestr(name, change(old.read(name)))
            else:
                new.writestr(name, old.read(name) if change is None else change)
    return out.getvalue()


def put(folder: Path, name: str, body: bytes, at: datetime = AS_OF - timedelta(hours=1)) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def csv(*rows: str, header: str = HEADING) -> bytes:
    return ("\r\n".join([header, *rows]) + "\r\n").encode()


def source(folder: Path, pattern: str = "*", dataset: str = "dossiers", **changes: Any) -> FilesSource:
    return FilesSource(name="drop", dataset=DATASETS[dataset], path=folder / pattern, **changes)


def pull(
    folder: Path,
    pattern: str = "*",
    dataset: str = "dossiers",
    *,
    dry: bool = False,
    before: Sequence[Read] = (),
    **changes: Any,
) -> Read:
    """A pull, read to its end, in a warehouse that promoted the pulls `before`."""
    bodies = [body for pulled in before for body in pulled.bodies]
    newest = max((body.data_moment for body in bodies), default=None)
    request = PullRequest(
        as_of=AS_OF,
        promoted=frozenset(body.sha256 for body in bodies),
        files=frozenset((body.name, body.bytes) for body in bodies),
        newest_promoted=newest,
        newest_hashes=frozenset(body.sha256 for body in bodies if body.data_moment == newest),
    )
    landing = Landing(folder.parent / "landing", dry=dry)
    return read(source(folder, pattern, dataset, **changes).pull(request, landing))


def fault(folder: Path, **changes: Any) -> SourceFault:
    with pytest.raises(SourceFault) as caught:
        pull(folder, **changes)
    return caught.value


def values(pulled: Read, column: str) -> list[str | None]:
    return [record.values.get(column) for record in pulled.records]


def notes(pulled: Read) -> list[str]:
    return [note.code for note in pulled.notes]


def left_out(pulled: Read) -> dict[str, int]:
    """What was left out and how often, of one file."""
    found = [note.params for note in pulled.notes if note.code == "left_out"]
    counts = {name: n for params in found for name, n in params.items() if name not in ("source", "file")}
    return {name: int(n) for name, n in counts.items() if n}
