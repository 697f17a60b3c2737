"""Paper against both others at once: what the source has just said counts before a warehouse that is behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.comparing_registers import compare_registers
from tasks.comparing_sources import compare_source
from tasks.rules.difference_model import Asked, Comparison
from tasks.run_context import enter_run
from tasks.storing_differences import store_differences
from tests.compare_stage import DAWN, NINE, Stage, dossier, minutes

HEADING = "Quyển số,Trang,STT,Mã hồ sơ,Tên thủ tục,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả kết quả,Mã đơn vị"
ROWS = [dossier(1), dossier(2), dossier(3)]
PAPER = "register"


def a_line(number: int, code: str, *, received: str = "16/11/2026", due: str = "30/11/2026", unit: str = "A") -> str:
    return f"01,1,{number},{code},Khai sinh,{received},{due},,{unit}"


def with_book(stage: Stage, *lines: str, name: str = "so-theo-doi-20261122.csv") -> Stage:
    folder = stage.folder / "registers"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join((HEADING, *lines)), encoding="utf-8")
    return stage


def compared(stage: Stage, after: int = 0, *, source: str = "", **asked) -> Comparison:
    """What a reconciliation says, stored. `source`: only this one is asked."""
    names = [stage.name] if source in ("", stage.name) else []
    request = stage.request("reconcile", NINE + minutes(after), source=source, reads_only=True, asked=Asked(**asked))
    with enter_run(request) as (run, _):
        for name in names:
            compare_source.fn(run.run_id, name)
        compare_registers.fn(run.run_id)
        store_differences.fn(run.run_id)
        return run.comparison


def on_paper(comparison: Comparison) -> list[tuple[str, str, str]]:
    """(class, code, column) of what a book is one side of."""
    return sorted((f.kind.value, f.code, f.column) for f in comparison.findings if f.sides.startswith(PAPER))


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, new_url: Callable[[str], str]) -> Stage:
    made = Stage(tmp_path, new_url(request.param)).configure()
    made.drop(ROWS)
    made.sync()
    return made


def test_the_book_is_right_where_the_warehouse_is_behind(stage: Stage) -> None:
    stage.drop(
        [dossier(1, due_at="01/12/2026", updated_at="23/11/2026 08:00"), *ROWS[1:]],
        DAWN + minutes(30),
    )
    lines = (a_line(1, "H90-0001", due="01/12/2026"), a_line(2, "H90-0002", due="02/12/2026"), a_line(3, "H90-0003"))
    with_book(stage, *lines)

    comparison = compared(stage)

    assert on_paper(comparison) == [("field_differs", "H90-0002", "due_at")]
    assert [f.code for f in comparison.findings if f.sides == "source/warehouse"] == ["H90-0001"]
