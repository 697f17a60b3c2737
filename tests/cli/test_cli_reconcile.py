"""`dondoc run reconcile` as typed: what is refused at once, the JSON, the lines for people, the files it leaves."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deployments.cli import app
from deployments.cli_reconcile import told_reconciliation
from deployments.exits import UsageFaultError
from tests.cli.conftest import Dondoc
from tests.flows.village import MONDAY, Village, dossier

NOW = ("--as-of", MONDAY.isoformat())
CONFIRMED = ("--repair", "--confirm", "reconcile-1")


@pytest.fixture
def settled(tmp_path: Path) -> Village:
    """A village whose warehouse is still to be made, with two register files."""
    village = Village(tmp_path / "village").settle()
    (village.folder / "registers").mkdir()
    for name in ("so-theo-doi.csv", "thong-ke.csv"):
        (village.folder / "registers" / name).write_text("x\n", encoding="utf-8")
    return village


def refused(village: Village, *words: str) -> str:
    """The sentence with which these words are refused."""
    result = CliRunner().invoke(app, ["--config", str(village.config), "run", "reconcile", *words])
    assert isinstance(result.exception, UsageFaultError), (result.output, result.exception)
    return str(result.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2.11.2026"), "--from '2.11.2026': viết dạng 2026-11-02"),
        (("--to", "31/02/2026"), "--to '31/02/2026'"),
        (("--from", "03/11/2026", "--to", "2026-11-02"), "--from 2026-11-03 sau --to 2026-11-02"),
        (("--depth", "deep"), "rows hoặc counts"),
        (("--source", "danh-ba"), "không phải hồ sơ; các nguồn hồ sơ: ho-so"),
        (("--source", "nowhere"), "nowhere"),
        (("--register", "../dondoc.toml"), "chỉ ghi tên tệp"),
        (("--register", "a\\b.csv"), "chỉ ghi tên tệp"),
        (("--register", "so.csv"), "đang có: so-theo-doi.csv, thong-ke.csv"),
        (("--register", "so-theo-doi.csv", "--statistics", "tk.csv"), "--statistics tk.csv"),
        (("--confirm", "reconcile-1"), "chỉ dùng cùng --repair"),
        (CONFIRMED, "cần kèm --by NGƯỜI và --reason LÝ_DO"),
        ((*CONFIRMED, "--by", "Thanh tra", "--reason", " "), "cần kèm --by"),
        ((*CONFIRMED, "--by", "Thanh tra", "--reason", "sai", "--dry-run"), "không chạy thử được"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_mistyped_is_refused_before_any_work(settled: Village, words: tuple[str, ...], said: str) -> None:
    before = settled.files()
    assert said in refused(settled, *words)
    assert settled.files() == before


@pytest.mark.slow
def test_a_mistyped_unit_never_comes_back_as_agreed(village: Village) -> None:
    assert "có phải TINH?" in refused(village, *NOW, "--unit", "TIHN")
    assert "--unit Z:" in refused(village, *NOW, "--unit", "A", "--unit", "Z")


def test_a_limit_has_bounds(settled: Village) -> None:
    result = CliRunner().invoke(app, ["--config", str(settled.config), "run", "reconcile", "--limit", "0"])
    assert result.exit_code == 2


@pytest.mark.slow
def test_from_a_shell_to_the_files(at_home: Dondoc, village: Village) -> None:
    village.drop("ho-so", [dossier(2, "A", due_at="17/11/2026"), dossier(1, "B"), dossier(9, "A")])
    words = ("--unit", "A", "--from", "01/11/2026", "--by", "Thanh tra Sở", "--reason", "theo đơn", "--repair")
    ended = at_home("--json", "run", "reconcile", *NOW, *words)
    assert (ended.status, ended.err) == (6, "")
    report = ended.json
    assert report["differences"]["by_class"] == {"field_differs": 1, "missing_in_source": 1, "missing_in_warehouse": 1}
    assert (report["flow"], report["exit_status"], report["state"]) == ("reconcile", 6, "done")
    assert report["presence"] == {"S": 1, "SW": 1, "W": 1}
    assert {Path(one).name for one in report["files"]} == {"doi-soat.xlsx", "doi-soat.html"}
    folder = village.folder / "var" / "reconcile" / report["run_id"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert {str(one) for one in folder.iterdir()} == set(report["files"])
    assert [one["code"] for one in report["repair"]["preview"]] == ["H00.A-0002", "H00.A-0009"]
    people = told_reconciliation(json.loads(ended.out), "vi")
    assert f"--repair --confirm {report['run_id']}" in people


REPORT: dict[str, Any] = {
    "run_id": "reconcile-1",
    "flow": "reconcile",
    "as_of": "2026-11-23T07:30:00+07:00",
    "state": "done",
    "exit_status": 6,
    "dry_run": False,
    "sources": [{"name": "ho-so", "pulled": 7, "new": 0, "changed": 0, "quarantined": 0, "error": None}],
    "differences": {
        "found": 3,
        "new": 1,
        "returned": 1,
        "fixed": 2,
        "open": 3,
        "explained": 1,
        "by_class": {"numbering_gap": 2, "duplicate": 1},
        "returned_ids": ["D-1"],
    },
    "presence": {"SW": 5, "W": 1},
    "notices": [{"code": "files_gone", "source": "ho-so", "n": 3}],
    "repair": {"limit": 200, "dossiers": 0, "sources": {}, "left": {}},
    "files": ["/r/doi-soat.xlsx", "/r/doi-soat-A.xlsx", "/r/doi-soat-B.xlsx", "/r/doi-soat.html"],
}


def test_people_read_words_and_the_alarm_last() -> None:
    lines = told_reconciliation(REPORT, "vi").splitlines()
    assert lines[0] == "Đối soát lúc 07:30 23/11/2026: đã xong (mã kết thúc 6)"
    assert lines[1:6] == [
        "  ho-so: đã xem 7 bản ghi",
        "  Sai lệch đang mở: 3 (1 mới, 1 quay lại sau khi đã khắc phục); vừa khắc phục: 2; đã giải trình: 1",
        "    Số thứ tự sổ bị nhảy hoặc trùng: 2",
        "    Trùng: 1",
        "  Hồ sơ có mặt ở: Một cửa + Kho dữ liệu: 5; Kho dữ liệu: 1",
    ]
    assert "3 hồ sơ trong kho đến từ những tệp nay không còn" in lines[6]
    assert lines[-1] == "  CẢNH BÁO: quay lại sau khi đã khắc phục: D-1"
    assert "và 2 tệp theo đơn vị bên cạnh" in lines[-3]


def test_agreement_is_one_sentence() -> None:
    counts = dict.fromkeys(("found", "new", "returned", "fixed", "open", "explained"), 0)
    agreed = REPORT | {"differences": counts, "presence": {}, "notices": [], "files": [], "repair": None}
    assert told_reconciliation(agreed, "vi").splitlines()[2:] == [
        "  Các bên khớp nhau trong phạm vi đã hỏi: không có sai lệch nào đang mở."
    ]
    assert "no difference is open" in told_reconciliation(agreed, "en")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("nothing", "Không có gì để so trong phạm vi đã hỏi"),
        ("unseen", "Không xem được nguồn nào (ho-so)"),
        ("partly", "chưa thể nói là khớp"),
    ],
)
def test_what_was_not_seen_or_not_there_is_no_agreement(answer: str, said: str) -> None:
    counts = dict.fromkeys(("found", "new", "returned", "fixed", "open", "explained"), 0)
    plan = {"limit": 200, "dossiers": 0, "sources": {}, "left": {}, "preview": []}
    told = REPORT | {"differences": counts, "answer": answer, "presence": {}, "repair": plan, "unseen": ["ho-so"]}
    text = told_reconciliation(told, "vi")
    assert said in text
    assert "khớp nhau trong phạm vi" not in text
    assert "Không có gì kéo lại" not in text
    assert "chưa xem được nên không biết có gì cần kéo lại" in text


def test_a_preview_names_what_it_would_pull() -> None:
    one = {"code": "H-1", "unit_code": "A", "source": "ho-so", "new": False}
    changes = [{"column": "due_at", "here": "2026-11-20", "there": "2026-11-21"}]
    listed = [one | {"changes": changes}, *({**one, "code": f"H-{n}", "changes": []} for n in range(2, 13))]
    plan = {"limit": 200, "dossiers": 12, "sources": {}, "left": {}, "preview": listed}
    text = told_reconciliation(REPORT | {"repair": plan}, "vi")
    assert "    H-1 (A): Ngày hẹn trả: 20/11/2026 → 21/11/2026" in text
    assert "    H-2 (A): thêm hồ sơ" in text
    assert "… và 2 hồ sơ khác" in text


def test_a_dry_run_nobody_asked_for_says_why() -> None:
    assert "vì thời điểm tính không phải hôm nay" in told_reconciliation(REPORT | {"other_day": True}, "vi")


def test_a_place_that_cannot_hold_results_is_refused(settled: Village, tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("x", encoding="utf-8")
    assert "không phải thư mục" in refused(settled, "--out", str(place))
    assert "không phải thư mục" in refused(settled, "--out", str(place / "below"))


def test_the_folder_of_registers_is_told_by_a_word() -> None:
    from tasks.sources.base import SourceFault

    fault = SourceFault("folder_missing", {"source": "registers", "folder": "/r"})
    assert "registers" not in fault.sentence("vi")
    line = {"name": "registers", "pulled": 0, "new": 0, "changed": 0, "quarantined": 0, "error": fault.sentence("vi")}
    notice = {"code": "register_not_read", "file": "registers", "why": fault.sentence("vi")}
    text = told_reconciliation(REPORT | {"sources": [line], "notices": [notice]}, "vi")
    assert "registers" not in text
    assert "sổ giấy" in text


def test_many_notices_are_counted() -> None:
    many = REPORT | {"notices": [{"code": "postings_none"}] * 12}
    assert "2 more notices" in told_reconciliation(many, "en")
