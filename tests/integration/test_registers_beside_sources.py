"""Paper against both others at once: what the source has just said counts before a warehouse that is behind."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tasks.comparing_registers import compare_registers
from tasks.comparing_sources import compare_source
from tasks.reading_registers import read_registers
from tasks.rules.difference_model import Asked, Comparison
from tasks.run_context import enter_run
from tasks.storing_differences import store_differences
from tests.compare_stage import DAWN, NINE, Stage, dossier, minutes
from warehouse.difference_tables import differences
from warehouse.engine import open_engine, reading

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
        read_registers.fn(run.run_id)
        for name in names:
            compare_source.fn(run.run_id, name)
        compare_registers.fn(run.run_id)
        store_differences.fn(run.run_id)
        return run.comparison


def states(stage: Stage, kind: str) -> list[str]:
    engine = open_engine(stage.url)
    with reading(engine) as conn:
        chosen = select(differences.c.state).where(differences.c.kind == kind)
        told = list(conn.execute(chosen).scalars())
    engine.dispose()
    return told


def on_paper(comparison: Comparison) -> list[tuple[str, str, str]]:
    """(class, code, column) of what a book is one side of."""
    return sorted((f.kind.value, f.code, f.column) for f in comparison.findings if f.sides.startswith(PAPER))


BOOK = tuple(a_line(number, f"H90-000{number}") for number in (1, 2, 3))
UNKNOWN = ("not_in_software", "H90-0007", "")
OTHER = """
[[sources]]
name = "{name}"
kind = "files"
dataset = "dossiers"
path = "drops-{name}/*"
name_date = "%Y%m%d-%H%M"
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, played: Callable[..., str]) -> Stage:
    return Stage(tmp_path, played("beside-sources", request.param, _loaded)).configure()


def _loaded(folder: Path, url: str) -> None:
    made = Stage(folder, url).configure()
    made.drop(ROWS)
    made.sync()


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


@pytest.mark.parametrize(
    "row",
    [
        dossier(7, status="1"),  # not yet received
        dossier(7, status="x"),  # refused
        dossier(7, unit_code="B"),  # elsewhere, and on no side of ours yet
        dossier(7, dossier_code=" h90-0007"),
    ],
)
def test_what_the_source_told_is_not_unknown_to_the_software(stage: Stage, row: dict[str, str]) -> None:
    stage.drop([*ROWS, row], DAWN + minutes(30))
    with_book(stage, *BOOK, a_line(4, "H90-0007", unit=row["unit_code"]))

    assert UNKNOWN not in on_paper(compared(stage))


def test_what_no_source_told_is_and_stands_until_a_source_tells_it(stage: Stage) -> None:
    with_book(stage, *BOOK, a_line(4, "H90-0007"))
    assert on_paper(compared(stage)) == [UNKNOWN]

    stage.drop([*ROWS, dossier(7, status="1")], DAWN + minutes(30))
    second = compared(stage, 5)

    assert on_paper(second) == []
    assert [(one.code, one.params["n"]) for one in second.notices if one.code.startswith("register")] == [
        ("register_undecided", 1)
    ]
    assert states(stage, "not_in_software") == ["open"]


def test_a_source_that_cannot_be_read_or_is_not_asked_leaves_it_undecided(stage: Stage) -> None:
    with_book(stage, *BOOK, a_line(4, "H90-0007"))
    other = OTHER.format(name="xa-b")
    config = stage.folder / "dondoc.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("[mail]", f"{other}\n[mail]"), encoding="utf-8")

    comparison = compared(stage, source=stage.name)

    assert (on_paper(comparison), len(comparison.undecided_ids)) == ([], 1)
    stage.drop(ROWS, DAWN + minutes(30)).write_bytes(b"\x00\x01\x02garbage")
    assert on_paper(compared(stage, 5)) == []


def test_a_unit_with_a_book_that_is_not_read_lacks_nothing_for_certain(stage: Stage) -> None:
    days = (dossier(8, received_at="10/11/2026 08:00"), dossier(9, received_at="20/11/2026 08:00"))
    stage.drop([*ROWS, *days], DAWN + minutes(30))
    stage.sync(NINE - minutes(60))
    ends = (a_line(8, "H90-0008", received="10/11/2026"), a_line(9, "H90-0009", received="20/11/2026"))
    with_book(stage, *ends, *BOOK[:1], name="so-ho-tich-20261122.csv")
    with_book(stage, *(line.replace("01,", "02,", 1) for line in BOOK[1:2]), name="so-dat-dai-20261122.csv")
    third = ("missing_in_register", "H90-0003", "")

    assert third in on_paper(compared(stage))
    part = compared(stage, 5, registers=("so-ho-tich-20261122.csv",))

    assert not [one for one in on_paper(part) if one[0] == third[0]]
    assert ("register_in_part", 2) in [(one.code, one.params.get("n")) for one in part.notices]
    assert states(stage, "missing_in_register") == ["open"]
