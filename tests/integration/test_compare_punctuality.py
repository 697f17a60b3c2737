"""The comparison of punctuality on a told warehouse of each kind: figures of the software, of a file, of nobody."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from tasks.comparing_punctuality import compare_punctuality
from tasks.rules.difference_model import Asked
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, RunRequest, enter_run
from tasks.sources.base import SourceFault
from tasks.sources.statistics_file import read_statistics
from tests.flows.village import DAWN, Village
from tests.warehouse_samples import DAY, a_batch, a_dossier, load
from warehouse import punctuality_rows, source_figures
from warehouse.dump import dump
from warehouse.engine import transaction

SOURCES = """
[[sources]]
name = "one-stop"
kind = "opencps"
dataset = "dossiers"
system = "motcua"
base_url = "http://127.0.0.1:1"
group_id = 1
username = "x"
password_env = "ONE_STOP_PASSWORD"
unit_map = "unit_map.csv"
[[sources]]
name = "exports"
kind = "files"
dataset = "dossiers"
path = "drops/exports-*.csv"
"""
UNIT_MAP = "source_code,unit_code,valid_from\nCQA,A,2025-07-01\nCQA2,A,2025-07-01\nCQB,B,2025-07-01\n"
OCTOBER, NOVEMBER = (date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 11, 1), date(2026, 11, 30))
TOLD_AT = datetime(2026, 11, 20, 7, 30, tzinfo=HANOI)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=HANOI)


def done(key: str, unit: str, resolved: datetime | None, due: datetime | None = None, **more: Any) -> dict[str, Any]:
    """Received on Monday 9/11 for five working days, until Monday 16/11."""
    told = {"received_at": at(9), "status": "9", "due_at": due or at(16, 17)}
    return a_dossier(key, unit_code=unit, resolved_at=resolved, **(told | more))


DOSSIERS = (
    done("1", "A", at(13)),  # early
    done("2", "A", at(16)),  # on time
    done("3", "A", at(17)),  # late
    done("4", "A", at(13), due=at(12, 17)),  # late by the appointment, early by law
    done("5", "A", at(18)),  # late, but for a pause
    done("6", "A", None, returned_at=at(16), status="10"),  # collected at once: on time
    done("7", "A", at(20, 17)),  # after the figures were told
    done("8", "B", at(30, month=10), due=at(30, 17, 10), received_at=at(23, month=10)),  # October, on time
    done("9", "B", at(17), status="7"),  # withdrawn
    done("10", "B", at(17), status="3"),  # refused
    done("11", "B", None),  # finished, nobody says when
    done("12", "B", None, status="4"),  # open
)
EXPORTED = (
    done("E1", "A", at(16, 23), due=at(16, 17), due_precision="day"),  # only the day is known: on time
    done("E2", "A", at(16, 23), due=at(16, 17), due_precision="minute"),  # by the day all the same
)
PAUSE = [
    {
        "record_key": f"H5|{event}",
        "content_hash": event,
        "source_ref": "sha256:02#1",
        "dossier_code": "H5",
        "unit_code": "A",
        "event": event,
        "at": at(day),
    }
    for event, day in (("pause", 10), ("resume", 12))
]


@pytest.fixture
def village(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.setenv("ONE_STOP_PASSWORD", "x")
    village = Village(tmp_path / "v").settle().configure(sources=SOURCES)
    url = engine.url.render_as_string(hide_password=False)
    text = village.config.read_text(encoding="utf-8")
    village.config.write_text(text.replace("sqlite:///var/dondoc.sqlite3", url), encoding="utf-8")
    (village.folder / "unit_map.csv").write_text(UNIT_MAP, encoding="utf-8")
    (village.folder / "registers").mkdir()
    older = [done(key, "A", at(12), content="old") for key in ("1", "2")]
    load(engine, a_batch(older, system="motcua", as_of=DAWN - DAY, run_id="run-0"))
    load(engine, a_batch(DOSSIERS, system="motcua", as_of=DAWN))
    load(engine, a_batch(EXPORTED, source="exports", system="exports", as_of=DAWN))
    load(engine, a_batch(PAUSE, source="events", system="motcua", dataset="dossier_events", as_of=DAWN))
    return village


@pytest.fixture
def compared(engine: Engine, village: Village) -> Callable[..., Run]:
    def compare(source: str = "", **asked: Any) -> Run:
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
            told = compare_punctuality.fn(run.run_id)
        assert told["rows"] == len(run.comparison.parity)
        assert dump(engine, run_log=True) == before
        return run

    return compare


def tell(engine: Engine, agency: str, *counts: int, field: str = "", period=NOVEMBER, unresolved: int = 0) -> None:
    """What the software told of that agency; rows of one period are told together."""
    names = ("betimesCount", "ontimeCount", "overtimeCount")
    mine = {"agency": agency, "field": field}
    figures = dict(zip(names, counts, strict=True)) | {"releaseCount": sum(counts), "unresolvedCount": unresolved}
    with transaction(engine) as conn:
        known = [row for row in source_figures.latest(conn, "one-stop") if row["period_from"] == period[0]]
        rows = [{name: row[name] for name in ("agency", "field", "figures")} for row in known]
        source_figures.keep(conn, "one-stop", TOLD_AT, period, [*rows, {**mine, "figures": figures}])


def row_of(run: Run, source: str, unit: str, month: tuple[date, date] = NOVEMBER) -> Mapping[str, Any]:
    place = (source, unit, month[0].isoformat(), month[1].isoformat())
    keys = ("source", "unit_code", "period_from", "period_to")
    (found,) = [row for row in run.comparison.parity if tuple(row[key] for key in keys) == place]
    return found


def counts(early: int, on_time: int, late: int) -> dict[str, int]:
    return {"early": early, "on_time": on_time, "late": late}


def test_the_software_s_figures_beside_ours(engine: Engine, compared) -> None:
    tell(engine, "CQA", 1, 2, 1)
    tell(engine, "CQA2", 0, 0, 2)  # both agencies are unit A
    tell(engine, "CQB", 0, 1, 0, unresolved=1)
    row = row_of(compared(), "one-stop", "A")
    assert row["told"] == row["recomputed"] == counts(1, 2, 3)
    assert (row["unexplained"], row["definition"], row["told_at"]) == (0, "minute", "2026-11-20T07:30+07:00")
    assert row["by_law"] == {**counts(2, 3, 1), "unknown": 0}
    assert [(gap["code"], gap["reason"], gap["appointment"], gap["due"]) for gap in row["gaps"]] == [
        ("H4", "appointment_earlier", "2026-11-12", "2026-11-16"),
        ("H5", "pause", "2026-11-16", "2026-11-18"),
    ]


def test_what_cannot_be_explained_is_counted(engine: Engine, compared) -> None:
    tell(engine, "CQB", 0, 1, 0, unresolved=1)
    row = row_of(compared(), "one-stop", "B")
    assert (row["told"], row["recomputed"]) == (counts(0, 1, 0), counts(0, 0, 0))
    assert (row["unexplained"], row["told_unresolved"], row["gaps"]) == (1, 1, [])


def test_an_agency_without_total_an_unknown_one_and_all_together(engine: Engine, compared) -> None:
    tell(engine, "CQA", 1, 0, 2, field="DD")
    tell(engine, "CQA", 0, 2, 1, field="HT")
    tell(engine, "CQB", 9, 9, 9, field="DD")
    tell(engine, "CQB", 0, 3, 0)
    tell(engine, "KHAC", 4, 0, 0)
    tell(engine, "RONG", 0, 0, 0)  # nothing to be said of it
    tell(engine, "", 5, 2, 3)
    run = compared()
    assert row_of(run, "one-stop", "A")["told"] == counts(1, 2, 3)
    assert row_of(run, "one-stop", "B")["told"] == counts(0, 3, 0)
    assert row_of(run, "one-stop", "?KHAC")["unexplained"] == 4
    assert "?RONG" not in {row["unit_code"] for row in run.comparison.parity}
    assert row_of(run, "one-stop", "")["recomputed"] == counts(1, 2, 3)
    assert {row["unit_code"] for row in compared(units=("A",)).comparison.parity} == {"A"}


def test_without_figures_the_two_last_months_are_told_as_they_stand(compared) -> None:
    run = compared()
    assert row_of(run, "one-stop", "A")["recomputed"] == counts(1, 2, 4)  # as of now: the seventh too
    assert row_of(run, "one-stop", "A")["told"] is None
    assert row_of(run, "one-stop", "B", OCTOBER)["by_law"] == {**counts(0, 1, 0), "unknown": 0}
    assert row_of(run, "exports", "A")["recomputed"] == counts(0, 2, 0)
    assert row_of(run, "exports", "A")["definition"] == "day"
    assert [(n.code, n.params) for n in run.comparison.notices] == [("finished_without_date", {"n": 1})]


def test_only_the_source_and_the_period_asked_for(compared) -> None:
    assert {row["source"] for row in compared("exports").comparison.parity} == {"exports"}
    asked = {"period_from": date(2026, 10, 15), "period_to": OCTOBER[1]}
    rows = compared(**asked).comparison.parity
    assert [(row["unit_code"], row["period_from"], row["period_to"]) for row in rows] == [
        ("B", "2026-10-15", "2026-10-31")
    ]


HEADINGS = ["Mã đơn vị", "Từ ngày", "Đến ngày", "Trước hạn", "Đúng hạn", "Quá hạn"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_figures_of_a_file(village: Village, compared, form: str) -> None:
    name, line = f"thong-ke.{form}", ["A", "16/11/2026", "20/11/2026", 0, 4, 2]
    path = village.folder / "registers" / name
    if form == "csv":
        text = "\n".join(",".join(map(str, cells)) for cells in (HEADINGS, line))
        path.write_text(text, encoding="utf-8")
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADINGS)
            sheet.write_row(1, 0, line)
    row = row_of(compared(statistics=name), name, "A", (date(2026, 11, 16), date(2026, 11, 20)))
    assert (row["told"], row["recomputed"]) == (counts(0, 4, 2), counts(0, 4, 3))
    assert row["unexplained"] == 1


WHOLE = f"{','.join(HEADINGS)}\n"


@pytest.mark.parametrize(
    ("case", "name", "text", "code"),
    [
        ("nothing there", "so-lieu.csv", None, "file_unreadable"),
        ("elsewhere", "../so-lieu.csv", WHOLE, "statistics_name"),
        ("no counts", "so-lieu.csv", "Mã đơn vị,Từ ngày\nA,01/11/2026\n", "missing_column"),
        ("a count in words", "so-lieu.csv", f"{WHOLE}A,01/11/2026,30/11/2026,1,hai,3\n", "statistics_row"),
        ("below nothing", "so-lieu.csv", f"{WHOLE}A,01/11/2026,30/11/2026,1,-2,3\n", "statistics_row"),
        ("ends before it begins", "so-lieu.csv", f"{WHOLE}A,30/11/2026,01/11/2026,1,2,3\n", "statistics_row"),
        ("no unit", "so-lieu.csv", f"{WHOLE},01/11/2026,30/11/2026,1,2,3\n", "statistics_row"),
        ("told twice", "so-lieu.csv", WHOLE + "A,01/11/2026,30/11/2026,1,2,3\n" * 2, "statistics_twice"),
    ],
)
def test_a_file_that_says_what_is_wrong_with_it(
    tmp_path: Path, case: str, name: str, text: str | None, code: str
) -> None:
    folder = tmp_path / "registers"
    folder.mkdir()
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceFault) as refused:
        read_statistics(folder, name)
    assert refused.value.code == code, case


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceFault, match="symlink"):
        read_statistics(tmp_path, "link.csv")


def test_without_a_usable_file_the_rest_is_told_and_the_run_says_so(compared) -> None:
    run = compared(statistics="so-lieu.csv")
    assert (run.sources["so-lieu.csv"].state, run.sources["so-lieu.csv"].error_code) == ("failed", "file_unreadable")
    assert "statistics_unreadable" in [n.code for n in run.comparison.notices]
    assert row_of(run, "so-lieu.csv", "A")["recomputed"] == counts(1, 4, 4)


def test_pages_tell_what_one_page_tells(engine: Engine, compared, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(engine, "CQA", 1, 2, 3)
    whole = compared().comparison.parity
    monkeypatch.setattr(punctuality_rows, "PAGE", 2)
    assert compared().comparison.parity == whole
