"""The admin's way through the form, in a browser: nothing typed but what the form asks, the result read on its page."""

from pathlib import Path

import pytest

from tests.browser import browser, find_chromium
from tests.e2e.form_walk import ended, fill_in, read_result, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_chromium(), reason="no Chromium on this machine"),
]


def test_asked_by_a_form_and_read_in_the_browser(tmp_path: Path) -> None:
    with served(tmp_path / "demo") as up, browser(tmp_path / "profile") as page:
        run = ended(up, fill_in(up, page, tmp_path))
        assert (run["state"]["type"], run["state"]["message"]) == ("COMPLETED", "done (exit status 6)")
        assert run["parameters"]["period_from"] == "2026-11-01"
        assert "period_to" not in run["parameters"] or run["parameters"]["period_to"] is None
        card, table = read_result(up, page, tmp_path)
    for said in ("Thanh tra Sở Nội vụ", "theo kế hoạch", "từ 01/11/2026", "Sổ thiếu thông tin", "Tệp kết quả"):
        assert said in card
    assert "D-" in table
    assert "Không qua phần mềm" in table
