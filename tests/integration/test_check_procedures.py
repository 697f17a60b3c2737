"""The check of procedures on a told warehouse of each kind: what it finds, what it says, that it only reads."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tasks.checking_procedures import check_procedures
from tasks.comparing_registers import BOOKS
from tasks.rules.difference_model import Asked, Comparison, DifferenceClass, Finding
from tasks.rules.register_model import Book, BookKind, BookLine
from tasks.rules.timezone import HANOI
from tasks.run_context import RunRequest, enter_run
from tests.flows.village import DAWN, Village
from tests.warehouse_samples import DAY, a_batch, a_dossier, a_unit, load, units_batch
from warehouse.dump import dump

REPEALED, ACTIVE, LAND, RENEWED, FOREIGN = "1.000001", "1.000002", "1.000003", "1.000004", "9.999999"
EVE = datetime(2025, 6, 30, 23, 30, tzinfo=HANOI)  # the last half hour in which REPEALED was in force
MIDNIGHT = EVE + timedelta(minutes=30)
OCTOBER = datetime(2026, 10, 5, 9, 0, tzinfo=HANOI)
KINDS = DifferenceClass


def a_procedure(code: str, **told: Any) -> dict[str, Any]:
    row = {"record_key": f"{code}|{told.get('valid_from', '')}", "content_hash": code, "source_ref": "sha256:00#1"}
    return row | {"procedure_code": code, "name": f"Thủ tục {code}", "level": "xã", "status": "active"} | told


def a_posting(unit: str, code: str, day: date) -> dict[str, Any]:
    key = f"{unit}|{code}|{day}"
    row = {"record_key": key, "content_hash": key, "source_ref": "sha256:01#1"}
    return row | {"unit_code": unit, "procedure_code": code, "seen_on": day}


CATALOGUE = (
    a_procedure(REPEALED, status="replaced", field="Hộ tịch", valid_to=EVE.date(), replaced_by=ACTIVE),
    a_procedure(ACTIVE, field="Hộ tịch", valid_from=MIDNIGHT.date()),
    a_procedure(LAND, field="Đất đai"),
    a_procedure(RENEWED, field="Hộ tịch", valid_to=EVE.date()),
    a_procedure(RENEWED, field="Hộ tịch", valid_from=(MIDNIGHT + DAY).date()),  # for one day it was not in force
)
OLDER = (  # what the source told before: no version that has ended counts
    a_dossier("4", content="old", procedure_code=FOREIGN, received_at=OCTOBER, unit_code="B"),
    a_dossier("6", content="old", procedure_code=None, received_at=OCTOBER, unit_code="B"),
)
DOSSIERS = (
    a_dossier("1", procedure_code=REPEALED, received_at=EVE, unit_code="A"),
    a_dossier("2", procedure_code=REPEALED, received_at=MIDNIGHT, unit_code="A"),
    *(a_dossier(f"3{n}", procedure_code=REPEALED, received_at=OCTOBER, unit_code="A") for n in range(6)),
    a_dossier("4", procedure_code=FOREIGN, received_at=OCTOBER, unit_code="B"),
    a_dossier("5", procedure_code=None, received_at=OCTOBER, unit_code="B"),
    a_dossier("6", procedure_code=ACTIVE, received_at=OCTOBER, unit_code="B"),
    a_dossier("7", procedure_code=LAND, received_at=EVE, unit_code="A"),
    a_dossier("8", procedure_code=RENEWED, received_at=MIDNIGHT, unit_code="A"),
    a_dossier("9", procedure_code=RENEWED, received_at=MIDNIGHT + DAY, unit_code="A"),
)
POSTINGS = (
    a_posting("A", REPEALED, date(2026, 1, 5)),
    a_posting("B", REPEALED, date(2026, 1, 5)),
    a_posting("B", ACTIVE, date(2026, 11, 19)),  # mended since
    a_posting("B", REPEALED, date(2026, 12, 1)),  # after the day of the run
)


@pytest.fixture
def told(engine: Engine, tmp_path: Path) -> "Callable[..., Comparison]":
    """`told(units=…)`: what the check finds in a warehouse of A, B, and C from which nothing ever came."""
    village = Village(tmp_path / "v").settle()
    url = engine.url.render_as_string(hide_password=False)
    text = village.config.read_text(encoding="utf-8")
    village.config.write_text(text.replace("sqlite:///var/dondoc.sqlite3", url), encoding="utf-8")
    units = [a_unit(code, kind="commune") for code in "ABC"]
    load(engine, units_batch(units, as_of=DAWN))
    load(engine, a_batch(CATALOGUE, source="procedures", system="p", dataset="procedures", complete=True))
    load(engine, a_batch(OLDER, as_of=DAWN, run_id="run-0"))
    load(engine, a_batch(DOSSIERS))
    load(engine, a_batch(POSTINGS, source="postings", system="d", dataset="postings"))

    def check(books: tuple[Book, ...] = (), source: str = "", **asked: Any) -> Comparison:
        before = dump(engine, run_log=True)
        request = RunRequest(
            flow="reconcile",
            config=str(village.config),
            as_of="2026-11-23T08:00:00+07:00",
            source=source,
            reads_only=True,
            asked=Asked(**asked),
        )
        with enter_run(request) as (run, _):
            run.kept[BOOKS] = books
            counted = check_procedures.fn(run.run_id)
        assert sum(counted.values()) == len(run.comparison.findings)
        assert dump(engine, run_log=True) == before
        return run.comparison

    return check


def lines_of(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    return sorted((f.kind.value, f.unit_code, f.code, f.sides) for f in comparison.findings)


def the(comparison: Comparison, kind: DifferenceClass, unit: str, code: str = "") -> Finding:
    (found,) = [f for f in comparison.findings if (f.kind, f.unit_code) == (kind, unit) and code in ("", f.code)]
    return found


def test_everything_that_is_wrong_is_found_and_nothing_else(told) -> None:
    comparison = told()
    assert lines_of(comparison) == [
        ("field_never_received", "B", "Đất đai", "catalogue/warehouse"),
        ("posted_repealed", "A", REPEALED, "catalogue/posting"),
        ("repealed_procedure", "A", REPEALED, "catalogue/warehouse"),
        ("repealed_procedure", "A", RENEWED, "catalogue/warehouse"),
        ("unknown_procedure", "B", FOREIGN, "catalogue/warehouse"),
    ]
    assert comparison.covered == {
        KINDS.REPEALED_PROCEDURE,
        KINDS.UNKNOWN_PROCEDURE,
        KINDS.POSTED_REPEALED,
        KINDS.FIELD_NEVER_RECEIVED,
    }
    assert {(n.code, n.params["n"]) for n in comparison.notices} == {
        ("dossiers_without_procedure", 1),
        ("units_without_dossiers", 1),
    }


def test_what_is_said_of_it(told) -> None:
    repealed = the(told(), KINDS.REPEALED_PROCEDURE, "A", REPEALED)
    assert repealed.day == OCTOBER.date()
    assert repealed.owner == "A"
    assert repealed.facts == {
        "where": "received",
        "count": 7,
        "first_received": "2025-07-01",
        "last_received": "2026-10-05",
        "dossiers": ["H30", "H31", "H32", "H33", "H34"],
        "catalogue": "replaced",
        "warehouse": REPEALED,
        "status": "replaced",
        "since": "2025-07-01",
        "replaced_by": ACTIVE,
    }


def test_a_day_out_of_force_is_that_day_alone_and_only_what_is_true_now_counts(told) -> None:
    comparison = told()
    renewed = the(comparison, KINDS.REPEALED_PROCEDURE, "A", RENEWED)
    assert (renewed.facts["count"], renewed.facts["dossiers"], renewed.facts["status"]) == (1, ["H8"], "expired")
    assert the(comparison, KINDS.UNKNOWN_PROCEDURE, "B").facts["count"] == 1


def test_a_period_chooses_findings_and_changes_no_fact(told) -> None:
    whole, october = told(), told(period_from=date(2026, 10, 1), period_to=date(2026, 10, 31))
    assert the(october, KINDS.REPEALED_PROCEDURE, "A") == the(whole, KINDS.REPEALED_PROCEDURE, "A", REPEALED)
    assert october.findings == [f for f in whole.findings if f.code != RENEWED]
    before = told(period_from=date(2025, 6, 30), period_to=date(2025, 6, 30))
    assert not [f for f in before.findings if f.kind is KINDS.REPEALED_PROCEDURE]


@pytest.mark.parametrize("day", [date(2019, 1, 1), date(2025, 6, 30), OCTOBER.date(), date(2026, 10, 4)])
def test_never_is_said_of_all_time_whatever_period_is_asked_for(told, day: date) -> None:
    """A day on which nothing came accuses nobody, and the alarm of a field that comes and goes is not raised."""

    def never(comparison: Comparison) -> list[Finding]:
        return [f for f in comparison.findings if f.kind is KINDS.FIELD_NEVER_RECEIVED]

    (one,) = never(told())
    assert (one.unit_code, one.facts["last_received"]) == ("B", "")
    assert never(told(period_from=day, period_to=day)) == [one]


@pytest.mark.parametrize("asked", [{}, {"units": ("B",)}, {"units": ("B",), "period_from": OCTOBER.date()}])
def test_a_unit_answers_for_what_came_to_those_it_followed(engine: Engine, told, asked: dict[str, Any]) -> None:
    told_once = {"share": "all", "effective_from": OCTOBER.date(), "source_ref": "sha256:02#1"}
    rows = [
        {"old_code": old, "new_code": new, "record_key": old, "content_hash": old} | told_once
        for old, new in (("A", "M"), ("M", "B"))
    ]
    load(engine, a_batch(rows, source="heirs", system="u", dataset="unit_succession", complete=True))
    assert not [f for f in told(**asked).findings if f.kind is KINDS.FIELD_NEVER_RECEIVED]


def test_only_the_units_asked_for(told) -> None:
    whole = told().findings
    assert told(units=("B",)).findings == [f for f in whole if f.unit_code == "B"]
    of_c = told(units=("C",))
    assert not of_c.findings
    assert "postings_none" not in {one.code for one in of_c.notices}, "others displayed something"


def test_one_source_of_several_proves_nothing_of_what_it_did_not_tell(told) -> None:
    other, mine = told(source="another"), told(source="one-stop")
    assert {f.kind for f in other.findings} == {KINDS.POSTED_REPEALED}
    assert {f.kind for f in mine.findings} == set(KINDS) & {f.kind for f in told().findings} - {
        KINDS.FIELD_NEVER_RECEIVED
    }
    assert other.covered == mine.covered == {KINDS.POSTED_REPEALED}


def test_the_paper_book_tells_that_the_field_is_at_work(told) -> None:
    place = {"file": "so.csv", "kind": BookKind.TRACKING, "unit_code": "B", "book": "1", "page": "1"}
    lines = tuple(BookLine(row=n, line=str(n), procedure=f"Thủ tục {LAND}", **place) for n in (1, 2))
    book = Book(kind=BookKind.TRACKING, unit_code="B", name="1", files=("so.csv",), columns=frozenset(), lines=lines)
    assert the(told(books=(book,)), KINDS.FIELD_NEVER_RECEIVED, "B").facts["paper_lines"] == 2
    november = told(books=(book,), period_from=date(2026, 11, 1))
    assert the(november, KINDS.FIELD_NEVER_RECEIVED, "B").facts["paper_lines"] == 2


def test_without_a_catalogue_nothing_is_concluded(engine: Engine, told) -> None:
    later = {"as_of": datetime(2026, 11, 23, 7, 45, tzinfo=HANOI), "run_id": "run-2"}
    empty = {"source": "procedures", "system": "p", "dataset": "procedures", "complete": True}
    load(engine, a_batch((), **empty, **later))
    comparison = told()
    assert (comparison.findings, comparison.covered) == ([], set())
    assert [n.code for n in comparison.notices] == ["procedures_catalogue_empty"]
