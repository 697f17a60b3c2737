"""What a reconciliation leaves for people: a card and a table in Prefect, workbooks by unit; nothing in a dry run."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from tests.flows.village import DOSSIERS, MONDAY, Village, dossier

pytestmark = pytest.mark.slow
NINE = MONDAY.replace(hour=9)
CORRECTED = (dossier(2, "A", due_at="17/11/2026"), dossier(1, "B"), dossier(9, "A"))
KEY = f"reconcile-{MONDAY:%Y%m%d}"


def shown(key: str) -> dict[str, Any]:
    """The newest artifact of that key, asked of Prefect's own interface."""
    from prefect.settings import PREFECT_API_URL

    asked = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
    answer = httpx.post(f"{PREFECT_API_URL.value()}/artifacts/filter", json=asked, trust_env=False)
    return dict(answer.raise_for_status().json()[0])


def workbooks(report: dict[str, Any]) -> list[Path]:
    return [Path(one) for one in report["files"] if one.endswith(".xlsx")]


def cells(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return str([row for sheet in book for row in sheet.iter_rows(values_only=True)])


def test_card_table_and_workbooks_tell_the_same(run, village: Village) -> None:
    village.drop("ho-so", CORRECTED)
    report = run(village, "reconcile", NINE, asked_by="Thanh tra Sở", reason="theo đơn | <b>", units=["A", "B"])
    card, table = shown(KEY)["data"], json.loads(shown(f"{KEY}-differences")["data"])
    assert "**Đang mở 3 sai lệch**: 3 mới" in card
    assert "Thanh tra Sở" in card
    assert "UBND xã Alpha (A)" in card
    assert {row["Hồ sơ, thủ tục"] for row in table} == {DOSSIERS[0]["dossier_code"], "H00.A-0002", "H00.A-0009"}
    (whole,) = workbooks(report)  # the units own nothing of it: operators have to act
    for row in table:
        assert row["Mã"] in cells(whole)
        assert row["Nội dung"] in cells(whole)
    assert "Ngày hẹn trả – một cửa: 17/11/2026; kho: 16/11/2026" in cells(whole)
    before = whole.read_bytes()
    later = run(village, "reconcile", NINE + timedelta(minutes=5))
    assert later["run_id"] != report["run_id"]
    assert whole.read_bytes() == before  # what was handed out stays as it was


def test_a_dry_run_shows_a_card_and_writes_files_only_where_it_is_told(run, village: Village, tmp_path: Path) -> None:
    village.drop("ho-so", CORRECTED)
    before = village.files()
    assert run(village, "reconcile", NINE, dry_run=True)["files"] == []
    assert village.files() == before
    assert "**Chạy thử" in shown(KEY)["data"]
    report = run(village, "reconcile", NINE, dry_run=True, out=str(tmp_path / "out"))
    assert {one.name for one in (tmp_path / "out").iterdir()} == {Path(one).name for one in report["files"]}
    assert village.files() == before


def test_a_unit_without_a_single_dossier_is_no_agreement(run, village: Village) -> None:
    report = run(village, "reconcile", NINE, units=["TINH"], dry_run=True)
    assert (report["answer"], report["exit_status"]) == ("nothing", 0)
    assert "Không có gì để so trong phạm vi đã hỏi" in shown(KEY)["data"]
    assert "khớp nhau" not in shown(KEY)["data"]


def test_a_source_that_cannot_be_read_is_the_first_thing_said(run, village: Village) -> None:
    village.drops.rename(village.folder / "away")
    report = run(village, "reconcile", NINE, dry_run=True, repair=True)
    assert (report["answer"], report["unseen"]) == ("unseen", ["ho-so"])
    assert shown(KEY)["data"].split("\n\n")[1].startswith("**Không xem được nguồn nào (ho-so)")
    assert "Nguồn ho-so chưa xem được nên không biết có gì cần kéo lại" in shown(KEY)["data"]


def test_a_picture_that_cannot_be_drawn_costs_nothing(run, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise httpx.ConnectError("gone")

    monkeypatch.setattr("tasks.publishing_reconciliation.create_markdown_artifact", broken)
    village.drop("ho-so", CORRECTED)
    report = run(village, "reconcile", NINE)
    assert (report["exit_status"], len(workbooks(report))) == (6, 1)
