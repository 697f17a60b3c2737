"""A workbook of many rows beside a bare read of it by the same library."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from deployments.demo.province import Province
from deployments.demo.province_dossiers import COLUMNS, Dossiers
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import child, workplace

ROWS = 200_000
TITLE = "Workbook"
TOLD = """
An XLSX file of twenty columns. Ours: found, checked for bombs, landed, read in a process with limits of its own, handed
over as parts. Floor: python-calamine reading the same sheet into lists, in one process.
"""


def measure(rows: int = ROWS, repeat: int = 3) -> list[Figure]:
    """The product's pull beside the bare read."""
    with workplace() as folder:
        path = folder / "dossiers-20261123-0700.xlsx"
        _write(path, rows)
        runs = [(child("workbooks", "ours", str(path)), child("workbooks", "bare", str(path))) for _ in range(repeat)]
    ours, floor = (middle(pair[n]["seconds"] for pair in runs) for n in (0, 1))
    peak = max(one["peak_mb"] for one, _ in runs)
    return [Figure(what=f"XLSX of {rows:,} rows", ours=ours, floor=floor, limit=1.5, note=f"peak {peak:.0f} MB")]


def _write(path: Path, rows: int) -> None:
    import xlsxwriter

    made = Dossiers(Province(dossiers=rows))
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    for number in range(rows):
        for column, text in enumerate(made.cells(number)):
            if text:
                sheet.write_string(number + 1, column, text)
    book.close()


def _bare(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    return sum(1 for _ in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows())


def _ours(path: Path) -> int:
    from tasks.intake.landing import Landing
    from tasks.rules.datasets import DATASETS
    from tasks.sources.base import PullRequest
    from tasks.sources.files import FilesSource

    source = FilesSource(
        name="b", dataset=DATASETS["dossiers"], path=path.parent / "dossiers-*.xlsx", name_date="%Y%m%d-%H%M"
    )
    pulled = source.pull(PullRequest(as_of=Province().as_of), Landing(path.parent / "landing"))
    return sum(len(part) for part in pulled.parts)


def _child(how: str, path: Path) -> dict[str, Any]:
    import tasks.sources.files  # noqa: F401 - imports are not counted

    begun = time.perf_counter()
    rows = (_ours if how == "ours" else _bare)(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"seconds": time.perf_counter() - begun, "rows": rows, "peak_mb": peak / 1024}


if __name__ == "__main__":
    print(json.dumps(_child(sys.argv[1], Path(sys.argv[2]))))  # noqa: T201
