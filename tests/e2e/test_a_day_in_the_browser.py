"""A day in the Prefect UI: forms filled in and started, a card read, an approval given, pages opened and looked at."""

from pathlib import Path

import pytest

from tests.browser import browser, find_chromium
from tests.e2e.form_walk import served, walk

pytestmark = [
    pytest.mark.trial,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not find_chromium(), reason="no Chromium on this machine"),
]


def test_from_the_morning_to_the_reconciliation(tmp_path: Path) -> None:
    with served(tmp_path / "demo") as day, browser(tmp_path / "profile") as page:
        seen = walk(day, page, tmp_path)
    assert "4 thư đang giữ lại chờ người quyết định" in seen["card"]
    assert "Chánh Văn phòng" in seen["approval"]
    assert seen["let go"] == 4
    assert {seen[name] for name in ("sync", "report run", "sheet run")} == {"done (exit status 0)"}
    assert "Báo cáo tuần" in seen["report"]
    assert "Phiếu" in seen["sheet"]
    assert seen["reconcile run"] == "done (exit status 6)"
    for said in ("Thanh tra Sở Nội vụ", "theo kế hoạch", "từ 01/11/2026", "Sổ thiếu thông tin", "Tệp kết quả"):
        assert said in seen["differences"]
    assert "D-" in seen["table"]
    assert "Không qua phần mềm" in seen["table"]
