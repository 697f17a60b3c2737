"""A difference is fixed only by a run that read everything in which it may stand, and a person's word is looked into.

A reporting view of which only units and months that moved are read; the warehouse of both kinds.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, select

from tasks.comparing_registers import compare_registers
from tasks.comparing_sources import compare_source
from tasks.reading_registers import read_registers
from tasks.rules.difference_model import Asked
from tasks.run_context import enter_run
from tasks.storing_differences import store_differences
from tests.compare_stage import NINE, VIEW, Stage, minutes
from tests.reporting_view import Office
from warehouse import difference_desk
from warehouse.engine import open_engine, reading, transaction
from warehouse.tables import differences

HEADING = "Quyển số,Trang,STT,Mã hồ sơ,Tên thủ tục,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả kết quả,Mã đơn vị"
OF_B: dict[str, Any] = {"changed": "2026-11-20 09:00:00", "don_vi": "B", "hen_tra": "2026-12-02"}
SEPTEMBER, OCTOBER = {"tiep_nhan": "2026-09-10 08:15:00"}, {"tiep_nhan": "2026-10-12 09:00:00"}


@pytest.fixture
def office(new_url: Callable[..., str]) -> Office:
    """Two dossiers of September and two of October, of one unit."""
    made = Office("sqlite", new_url("sqlite"))
    return made.add(2, 3, **OF_B, **SEPTEMBER).add(4, 5, **OF_B, **OCTOBER)


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str, office: Office) -> Stage:
    sources = VIEW.format(url=make_url(office.url).render_as_string(), password="")
    made = Stage(tmp_path, migrated_url, "bao-cao").configure(sources)
    made.sync()
    return made


@pytest.fixture
def engine(stage: Stage):
    engine = open_engine(stage.url)
    yield engine
    engine.dispose()


def states(engine: Engine, kind: str) -> list[tuple[str, int]]:
    """State and returns of the differences of that class."""
    t = differences
    with reading(engine) as conn:
        return [tuple(row) for row in conn.execute(select(t.c.state, t.c.returned).where(t.c.kind == kind))]


def resolve(engine: Engine, kind: str) -> None:
    with transaction(engine) as conn:
        (found,) = difference_desk.listed(conn, kind=kind)
        difference_desk.resolve(conn, found["id"], "Chánh Văn phòng", "đã sửa", NINE + minutes(1))


def test_what_has_no_day_is_looked_for_again_when_a_person_calls_it_mended(stage, office, engine) -> None:
    office.add(9, tiep_nhan=None, **OF_B)
    stage.compare(store=True)
    assert states(engine, "missing_in_warehouse") == [("open", 0)]
    resolve(engine, "missing_in_warehouse")
    assert stage.compare(NINE + minutes(5), store=True).findings
    assert states(engine, "missing_in_warehouse") == [("open", 1)]


def test_a_dossier_under_two_keys_is_looked_for_again_in_every_month_of_its_year(stage, office, engine) -> None:
    office.add(9, ma="00003", **OF_B, **OCTOBER)
    stage.compare(store=True)
    resolve(engine, "duplicate")
    again = stage.compare(NINE + minutes(5), store=True)
    assert (again.unread, states(engine, "duplicate")) == (set(), [("open", 1)])


def test_a_dossier_under_two_keys_is_fixed_by_a_run_that_read_all_its_months(stage, office, engine) -> None:
    office.add(9, ma="00003", **OF_B, **OCTOBER)
    stage.compare(store=True)
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id = 2")  # September moves, the other key stands in October
    stage.compare(NINE + minutes(5), store=True)
    assert states(engine, "duplicate") == [("open", 0)]
    office.run("DELETE FROM ho_so WHERE id = 9")
    october = stage.compare(NINE + minutes(10), store=True)
    assert (october.unread, states(engine, "duplicate")) == ({("bao-cao", "B", "2026-09")}, [("open", 0)])
    whole = stage.compare(NINE + minutes(15), store=True)
    assert (whole.unread, states(engine, "duplicate")) == (set(), [("fixed", 0)])
    assert stage.compare(NINE + minutes(20), store=True).sides["bao-cao"].segments_read == 0


def test_a_period_that_holds_one_of_two_keys_mends_nothing(stage, office, engine) -> None:
    office.add(9, ma="00003", **OF_B, **OCTOBER)
    stage.compare(store=True)
    asked = {"period_from": date(2026, 9, 1), "period_to": date(2026, 9, 30)}
    stage.by_hand("DELETE FROM compared_segments")
    stage.compare(NINE + minutes(5), store=True, **asked)
    assert states(engine, "duplicate") == [("open", 0)]


def test_what_paper_and_source_say_stands_where_the_source_was_not_read(stage, office, engine) -> None:
    """9 is at the source only; its day stands otherwise in the book."""
    office.add(9, **OF_B, **OCTOBER)
    book = stage.folder / "registers" / "so-theo-doi-20261122.csv"
    book.parent.mkdir()
    days = {4: "12/10/2026", 5: "12/10/2026", 9: "13/10/2026"}
    lines = [f"01,1,{n},0000{id_},Khai sinh,{day},02/12/2026,,B" for n, (id_, day) in enumerate(days.items(), 1)]
    book.write_text("\n".join([HEADING, *lines]), encoding="utf-8")

    def both(after: int) -> None:
        request = stage.request("reconcile", NINE + minutes(after), reads_only=True, asked=Asked())
        with enter_run(request) as (run, _):
            read_registers.fn(run.run_id)
            compare_source.fn(run.run_id, stage.name)
            compare_registers.fn(run.run_id)
            store_differences.fn(run.run_id)

    both(0)
    assert states(engine, "field_differs") == [("open", 0)]
    both(5)
    assert states(engine, "field_differs") == [("open", 0)]
    office.run("UPDATE ho_so SET tiep_nhan = '2026-10-13 09:00:00' WHERE id = 9")
    both(10)
    assert states(engine, "field_differs") == [("fixed", 0)]
