"""What a run leaves to look at: a card that says how it went, the desks, the quality report of its checks."""

import re
import shutil
from datetime import timedelta

import pytest

from tests.flows.test_flow_reconcile_told import shown
from tests.flows.village import ALPHA, BETA, DOSSIERS, MONDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import day_book, runs

pytestmark = pytest.mark.slow
BAD = (dossier(3, "A", received_at="32/13/2026"), dossier(4, "B"), dossier(4, "B", status="5"))
SOUND = tuple(dossier(number, "B") for number in range(10, 20))


def page(village: Village, folder: str, name: str) -> str:
    path = village.folder / "var" / folder / f"{name}.html"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    return path.read_text(encoding="utf-8")


def of_load(village: Village, report: dict) -> dict:
    loads = village.reading(lambda c: day_book.loads_between(c, MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)))
    return next(row for row in loads if row["run_id"] == report["run_id"] and row["source"] == "ho-so")


def test_the_quality_report_tells_what_the_checks_counted_beside_the_run_before(run, village: Village) -> None:
    village.drop("ho-so", [*DOSSIERS[1:], *BAD, *SOUND], MONDAY)
    report = run(village, "sync", MONDAY)
    assert report["exit_status"] == 0
    told = report["quality"]["ho-so"]
    assert (told["rows"], told["refused"]) == (15, of_load(village, report)["quarantined"]) == (15, 3)
    assert told["failed"] == {"received_at_invalid received_at": 1, "conflicting_duplicates": 2}
    assert village.reading(lambda conn: runs.run_of(conn, report["run_id"]))["summary"]["quality"] == report["quality"]
    text = " ".join(re.sub(r"<[^>]+>", " ", page(village, "quality", report["run_id"])).split())
    assert "conflicting_duplicates 15 2 13,33% tăng, lần trước 0" in text
    assert "0 trên 3 bản ghi" in text, "the check at dawn"
    assert "Đã nhận vào kho." in text
    card = page(village, "cards", report["run_id"])
    assert f'<a href="../quality/{report["run_id"]}.html">' in card
    assert "Mã trùng nhưng nội dung khác nhau" in card
    assert '<td data-head="Số việc">3</td>' in card, "three rows lie on the desk of the quarantine"
    assert "dondoc quarantine show 1" in shown("desks")["data"]
    later = run(village, "sync", MONDAY + timedelta(minutes=5))
    assert (later["state"], later["quality"]) == ("nothing_to_do", {})
    assert not (village.folder / "var" / "cards" / f"{later['run_id']}.html").exists()
    assert "không có việc gì phải làm" in shown(f"sync-{MONDAY:%Y%m%d}")["data"]


def test_a_card_is_green_only_with_all_mails_out(run, village: Village) -> None:
    with ScriptedSmtp({"RCPT": ["550 no such user", "250 ok"]}) as server:
        village.configure(server.port)
        before = village.files()
        run(village, "remind", dry_run=True)
        assert shown(f"remind-{MONDAY:%Y%m%d}")["data"].splitlines()[2].startswith("⚪")
        assert village.files() == before
        report = run(village, "remind")
        assert report["exit_status"] == 5
        card = shown(f"remind-{MONDAY:%Y%m%d}")["data"]
        assert "🔴 **Cần xử lý.** Thư trong ngày chưa gửi trọn" in card
        assert "- 1 thư bị máy chủ từ chối." in card
        assert '<p class="verdict bad">' in page(village, "cards", report["run_id"])
        assert ALPHA not in card
        run(village, "bulletin", MONDAY + timedelta(minutes=15))
        assert "🔴" in shown(f"bulletin-{MONDAY:%Y%m%d}")["data"], "the day is judged, not the run alone"


def test_a_card_that_cannot_be_shown_breaks_no_run(run, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tasks.cards.create_markdown_artifact", broken)
    shutil.rmtree(village.folder / "var" / "cards")
    (village.folder / "var" / "cards").write_text("a file in the way")
    from flows.morning_run import morning_run

    with ScriptedSmtp() as server:
        village.configure(server.port)
        ended = morning_run(config=str(village.config), as_of=MONDAY.isoformat(), return_state=True)
    assert (ended.is_completed(), ended.message) == (True, "done (exit status 0)")
    assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}
