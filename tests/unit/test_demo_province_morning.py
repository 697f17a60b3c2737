"""The province's morning as ten lines and a page: pure, in both languages, whole sums."""

import tomllib
from collections import Counter
from importlib import resources

import pytest

from deployments.demo.province_morning import ProvinceMorning, ShownMail, morning_lines, morning_pages, nothing_lines
from deployments.demo.province_size import MORNING

LINE = {
    "name": "dossiers",
    "pulled": 20_039,
    "new": 19_879,
    "duplicate": 19,
    "ignored": 8,
    "quarantined": 133,
    "error": None,
}
TOLD = ProvinceMorning(
    as_of=MORNING,
    units=40,
    dossiers=20_000,
    sources=[LINE, LINE | {"name": "units", "error": "hỏng", "pulled": 0, "new": 0, "quarantined": 0}],
    reasons=[("Ngày tiếp nhận không đọc được; đề nghị sửa lại.", 100), ("Trạng thái <lạ>.", 33)],
    flags=Counter(
        {("dossier", "overdue", 1): 109, ("dossier", "overdue", 3): 18, ("dossier", "unknown_unit", None): 5}
    ),
    mails=Counter(handed=2, held=1),
    shown=[
        ShownMail("head", "Chủ tịch UBND xã Tân Lợi", "[Đôn đốc] 03 hồ sơ", "mails/a.html"),
        ShownMail("ops", "Bộ phận vận hành", "Bản tin", "mails/b.html"),
    ],
    card="card.html",
)


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_ten_lines_tell_what_happened_and_one_more_names_what_failed(locale: str) -> None:
    lines = morning_lines(TOLD, "x/index.html", locale)
    assert len(lines) == 11
    text = "\n".join(lines)
    assert ("20.039" if locale == "vi" else "20,039") in text
    assert "127" in text  # overdue in all
    assert "units" in text
    assert lines[-1].endswith("x/index.html")
    quiet = ProvinceMorning(as_of=MORNING, units=1, dossiers=0)
    assert len(morning_lines(quiet, "x", locale)) == 10
    assert nothing_lines("x", locale)[1].endswith("x")


def test_the_most_frequent_reason_is_named_without_its_advice() -> None:
    refused = morning_lines(TOLD, "x")[2]
    assert "ngày tiếp nhận không đọc được (100)" in refused
    assert "đề nghị" not in refused


def test_pages_name_every_mail_and_escape_what_data_say() -> None:
    pages = morning_pages(TOLD)
    assert set(pages) == {"index.html", "index.en.html"}
    for page in pages.values():
        assert 'href="mails/a.html"' in page
        assert "Trạng thái &lt;lạ&gt;." in page
        assert "http" not in page.replace("http-equiv", "")


def test_both_catalogues_have_the_same_words() -> None:
    found = []
    for locale in ("vi", "en"):
        text = resources.files("deployments.demo").joinpath(f"province_words/{locale}.toml").read_text(encoding="utf-8")
        found.append({table: set(words) for table, words in tomllib.loads(text).items()})
    assert found[0] == found[1]
