"""Paper registers against a warehouse of each kind: what is found, who stands where, that everything is only read."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tasks.comparing_registers import BOOKS, check_register_names, compare_registers, registers_asked
from tasks.reading_registers import read_registers
from tasks.rules.difference_model import OPS, Asked, DifferenceClass, SourceSide, ToldCode
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, RunRequest, enter_run
from tasks.sources.register_files import RegisterNameError
from tests.flows.village import Village
from tests.warehouse_samples import a_batch, a_dossier, a_unit, load, units_batch
from warehouse.dump import dump

NINTH = datetime(2026, 11, 9, 9, 10, tzinfo=HANOI)
DUE = datetime(2026, 11, 16, 17, 0, tzinfo=HANOI)
DAY = timedelta(days=1)
HEADING = "Quyển số,Trang,STT,Mã hồ sơ,Tên thủ tục,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả kết quả,Mã đơn vị"
BOOK = "so-theo-doi-31157-20261120.csv"
KINDS = DifferenceClass
ONCE = "H13-261109-0007"  # with its day inside: given once in the country


def a_line(number: int, code: str, received: str = "09/11/2026", due: str = "16/11/2026", unit: str = "31157") -> str:
    return f"01,1,{number},{code},Khai sinh,{received},{due},,{unit}"


DOSSIERS = (
    *(a_dossier(f"0000{n}", received_at=NINTH, due_at=DUE) for n in range(1, 5)),
    a_dossier("00005", received_at=NINTH.replace(hour=23, minute=59), due_at=DUE),  # still the ninth in Hanoi
    a_dossier("00006", received_at=NINTH + 3 * DAY, due_at=DUE),
    a_dossier("00007", received_at=NINTH, due_at=DUE, unit_code="31231", dossier_code=ONCE),
    a_dossier("00008", received_at=NINTH - 40 * DAY, due_at=DUE),
    a_dossier("00009", received_at=NINTH, due_at=DUE, status="3"),
    a_dossier("00020", received_at=NINTH - 3 * DAY, due_at=DUE),
    a_dossier("00021", received_at=NINTH + 7 * DAY, due_at=DUE),
)
LINES = (
    a_line(1, "H00001"),
    a_line(2, " h0 0002"),  # as a clerk writes it
    a_line(3, "H00003", received="10/11/2026"),
    a_line(4, "H0OO04"),
    a_line(5, "H00005", due=""),
    a_line(7, ONCE),
    a_line(8, "H00099", received="12/11/2026"),
    a_line(9, "H00020", received="06/11/2026"),
    a_line(10, "H00021", received="16/11/2026"),
)
SIDE = SourceSide(
    name="one-stop",
    system="one-stop",
    lacking=frozenset({"00002"}),
    extra={"x99": ("H00099", "31157", date(2026, 11, 12))},
    held=11,
)


@pytest.fixture
def told(engine: Engine, tmp_path: Path) -> Callable[..., Run]:
    """`told({name: lines}, units=…)`: the run after its registers were compared."""
    village = Village(tmp_path / "v").settle()
    url = engine.url.render_as_string(hide_password=False)
    text = village.config.read_text(encoding="utf-8")
    village.config.write_text(text.replace("sqlite:///var/dondoc.sqlite3", url), encoding="utf-8")
    load(engine, a_batch(DOSSIERS))
    folder = village.config.parent / "registers"

    def compare(files: dict[str, tuple[str, ...]], side: SourceSide | None = SIDE, heard=(), **asked: Any) -> Run:
        folder.mkdir(exist_ok=True)
        for name, lines in files.items():
            (folder / name).write_text("\n".join((HEADING, *lines)), encoding="utf-8")
        there = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        before = dump(engine, run_log=True)
        moment = "2026-11-23T08:00:00+07:00"
        request = RunRequest(
            flow="reconcile", config=str(village.config), as_of=moment, reads_only=True, asked=Asked(**asked)
        )
        with enter_run(request) as (run, _):
            check_register_names(run)
            if side is not None:
                run.comparison.sides[side.name] = side
                for one in (one for one in run.settings.sources if one.dataset == "dossiers"):
                    other = SourceSide(name=one.name, system=one.system, judged=side.judged)
                    run.comparison.sides.setdefault(one.name, other)
            read_registers.fn(run.run_id)
            run.comparison.told_codes.update(heard)
            counted = compare_registers.fn(run.run_id)
        assert counted["found"] == len(run.comparison.findings)
        assert dump(engine, run_log=True) == before
        assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == there
        return run

    return compare


def found(run: Run) -> list[tuple[str, str, str, str]]:
    return sorted((f.kind.value, f.code, f.column, f.sides) for f in run.comparison.findings)


def test_everything_that_differs_is_found_and_nothing_else(told) -> None:
    run = told({BOOK: LINES})

    assert found(run) == [
        ("field_differs", "H00003", "received_at", "register/warehouse"),
        ("field_differs", ONCE, "unit_code", "register/warehouse"),
        ("incomplete_in_register", "H00005", "due_at", "register"),
        ("missing_in_register", "H00004", "", "register/warehouse"),
        ("missing_in_register", "H00006", "", "register/warehouse"),
        ("not_in_software", "H0OO04", "", "register/warehouse"),
        ("numbering_gap", "", "", "register"),
    ]
    one = next(f for f in run.comparison.findings if f.kind is KINDS.NOT_IN_SOFTWARE)
    assert (one.book, one.page, one.line, one.source, one.owner) == ("01", "1", "4", BOOK, "31157")
    assert [c["code"] for c in one.facts["candidates"]] == ["H00004"]
    dates = next(f for f in run.comparison.findings if f.column == "received_at").facts
    assert (dates["register"], dates["warehouse"]) == ("2026-11-10", "2026-11-09")
    assert run.comparison.books == {BOOK}
    assert KINDS.MISSING_IN_REGISTER in run.comparison.covered
    assert run.sources == {}


def test_who_stands_where(told) -> None:
    run = told({BOOK: LINES})

    # 1 3 5 7 20 21 on all sides, 2 no longer in the source, 4 6 8 9 on no line, 99 not here yet, one mistyped code
    assert run.comparison.presence == {"SWR": 6, "WR": 1, "SW": 4, "SR": 1, "R": 1}
    assert [book.name for book in run.kept[BOOKS]] == ["01"]


def test_without_a_source_the_two_other_sides_are_compared_and_the_matrix_left(told) -> None:
    run = told({BOOK: LINES}, side=SourceSide(name="one-stop", system="one-stop", judged=False))

    assert KINDS.NOT_IN_SOFTWARE not in {f.kind for f in run.comparison.findings}
    assert len(run.comparison.undecided_ids) == 2
    assert run.comparison.presence == {}
    assert [one.code for one in run.comparison.notices] == ["register_undecided", "register_source_unknown"]


def test_a_code_that_a_source_told_is_not_called_unknown_to_the_software(told) -> None:
    heard = [ToldCode("h0oo04", "one-stop", "31157", "2026-11"), ToldCode("h00099", "one-stop", "31157", "2026-11")]

    run = told({BOOK: LINES}, heard=heard)

    assert KINDS.NOT_IN_SOFTWARE not in {f.kind for f in run.comparison.findings}
    assert run.comparison.presence == {"SWR": 6, "WR": 1, "SW": 4, "SR": 1}
    assert [(one.code, one.params) for one in run.comparison.notices] == [("register_undecided", {"n": 1})]


def test_units_and_period(told) -> None:
    lines = (*LINES, a_line(11, "X00010", received="12/11/2026", unit="31231"))

    assert {f.code for f in told({BOOK: lines}, units=("31231",)).comparison.findings} == {"X00010"}
    twelfth = date(2026, 11, 12)
    run = told({BOOK: lines}, period_from=twelfth, period_to=twelfth)
    assert found(run) == [
        ("missing_in_register", "H00006", "", "register/warehouse"),
        ("not_in_software", "X00010", "", "register/warehouse"),
    ]


@pytest.mark.parametrize(
    ("files", "asked", "books"),
    [
        ({BOOK: LINES[:1], "so-theo-doi-31157-20261031.csv": LINES[1:]}, {}, {BOOK}),
        ({BOOK: LINES[:1], "b.csv": LINES[1:2]}, {"registers": ("b.csv",)}, {"b.csv"}),
        ({BOOK: LINES[:1], "so-lieu-202610.csv": LINES[1:]}, {"statistics": "so-lieu-202611.csv"}, {BOOK}),
    ],
)
def test_which_files_are_read(told, files, asked, books) -> None:
    assert told(files, **asked).comparison.books == books


def test_what_is_empty_or_passed_over_is_told(told, tmp_path: Path) -> None:
    folder = tmp_path / "v" / "registers"
    (folder / "rejected.csv").mkdir(parents=True)

    run = told({BOOK: LINES[:2], "khac.csv": ()})

    assert run.comparison.books == {BOOK, "khac.csv"}
    notices = [(one.code, one.params["file"]) for one in run.comparison.notices]
    assert notices == [("register_not_read", "rejected.csv"), ("register_empty", "khac.csv")]
    assert run.sources == {}


def test_a_unit_that_nobody_bears_answers_for_nothing(engine: Engine, told) -> None:
    load(engine, units_batch([a_unit("31157"), a_unit("31231")]))
    strange = [a_line(n, f"Y0000{n}", unit="99999", due="").replace("01,", "02,", 1) for n in (1, 2)]

    run = told({BOOK: (*LINES, *strange)})

    owners = {f.owner for f in run.comparison.findings if f.unit_code == "99999"}
    assert owners == {OPS}
    assert "31157" in {f.owner for f in run.comparison.findings}
    told_of = [one.params for one in run.comparison.notices if one.code == "register_unit_unknown"]
    assert told_of == [{"file": BOOK, "unit": "99999"}]


def test_files_of_other_kinds_are_named_once(told, tmp_path: Path) -> None:
    folder = tmp_path / "v" / "registers"
    folder.mkdir(exist_ok=True)
    for name in ("so-quet.pdf", "so.docx", "anh.jpg", "thong-ke-202611.pdf"):
        (folder / name).write_bytes(b"x")

    others = [one for one in told({BOOK: LINES}).comparison.notices if one.code == "registers_other_files"]
    asked = [one.code for one in told({BOOK: LINES}, registers=(BOOK,)).comparison.notices]

    assert [one.params for one in others] == [{"n": 3, "files": "anh.jpg, so-quet.pdf, so.docx"}]
    assert "registers_other_files" not in asked


def test_a_missing_heading_and_rows_out_of_shape_end_with_status_three(told, tmp_path: Path) -> None:
    folder = tmp_path / "v" / "registers"
    folder.mkdir(exist_ok=True)
    (folder / "hong.csv").write_text("STT,Mã hồ sơ,Ngày tiếp nhận\n1,H1,09/11/2026\n", encoding="utf-8")
    (folder / "cu.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))

    run = told({BOOK: (*LINES[:2], "01,1,3,H00003")})

    assert {name: (line.state, line.error_code) for name, line in run.sources.items()} == {
        "hong.csv": ("failed", "register_columns"),
        "cu.xls": ("failed", "workbook_old"),
        BOOK: ("promoted", "register_rows"),
    }
    assert "Quyển số" in run.sources["hong.csv"].error or "Sổ" in run.sources["hong.csv"].error
    assert sorted(one.code for one in run.comparison.notices) == [
        "register_not_read",
        "register_not_read",
        "register_rows",
    ]
    assert run.comparison.books == {BOOK}


def test_a_name_that_is_not_there_stops_before_anything_is_read(told) -> None:
    with pytest.raises(RegisterNameError):
        told({BOOK: LINES}, registers=("../dondoc.toml",))


def test_without_a_folder_there_is_nothing_to_compare(told, tmp_path: Path) -> None:
    run = told({})

    assert (found(run), [one.code for one in run.comparison.notices]) == ([], ["no_registers"])
    assert not run.comparison.covered
    assert run.comparison.presence == {"SW": 10, "W": 1, "S": 1}
    assert registers_asked(run) == ([], [])


def test_the_same_run_twice_finds_the_same(told) -> None:
    first, second = (told({BOOK: LINES}).comparison.findings for _ in range(2))

    assert [(f.id, f.facts) for f in first] == [(f.id, f.facts) for f in second]


def test_the_number_of_questions_does_not_grow_with_the_books(engine: Engine, told) -> None:
    asked: list[str] = []

    def count(conn, cursor, statement, parameters, context, executemany) -> None:
        if "FROM dossiers" in statement:
            asked.append(statement)

    counts = []
    for size in (2, 200):
        asked.clear()
        event.listen(Engine, "before_cursor_execute", count)
        try:
            told({BOOK: tuple(a_line(n, f"X{n:05d}", unit=f"{n:05d}") for n in range(1, size + 1))})
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        counts.append(len(asked))

    assert counts[0] == counts[1]
