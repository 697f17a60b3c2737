"""What a form may ask for and cannot have: refused before anything is read, in words on the page of the run."""

from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import httpx
import pytest

from tasks.refused_requests import WORDS, RequestRefusedError
from tests.flows.village import MONDAY, Village

NINE = MONDAY.replace(hour=9)


def newest_run() -> dict[str, Any]:
    """The newest flow run as Prefect's own interface tells it."""
    from prefect.settings import PREFECT_API_URL

    asked = {"sort": "START_TIME_DESC", "limit": 1}
    answer = httpx.post(f"{PREFECT_API_URL.value()}/flow_runs/filter", json=asked, trust_env=False)
    return dict(answer.raise_for_status().json()[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"units": ["A", "TIHN"]}, "Không có đơn vị nào mang mã TIHN, cũng không hồ sơ nào ghi mã này; có phải TINH?"),
        ({"units": ["Zzz"]}, "Không có đơn vị nào mang mã Zzz, cũng không hồ sơ nào ghi mã này: hãy sửa mã đơn vị."),
        ({"source": "danh-ba"}, "Không có nguồn hồ sơ nào tên danh-ba; đang có: ho-so."),
        ({"period_from": date(2026, 11, 3), "period_to": date(2026, 11, 2)}, "Kỳ đối soát bắt đầu ngày 03/11/2026"),
        ({"repair": True, "confirm": "reconcile-1"}, "Sửa dữ liệu phải nêu người yêu cầu (--by) và lý do (--reason)."),
        (
            {"repair": True, "confirm": "reconcile-1", "asked_by": "Thanh tra", "reason": "sai"},
            "Không có bản xem trước reconcile-1",
        ),
        ({"registers": ["so.csv"]}, "Không có tệp sổ so.csv"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "+".join(value),
)
def test_the_run_fails_with_the_sentence(run, village: Village, asked: dict[str, Any], said: str) -> None:
    (village.folder / "registers").mkdir(exist_ok=True)
    before, files = village.dump(), village.files()
    with pytest.raises(Exception, match=r".") as refused:
        run(village, "reconcile", NINE, **asked)
    assert type(refused.value).__name__ in ("RequestRefusedError", "RepairRefusedError", "RegisterNameError")
    state = newest_run()["state"]
    assert state["type"] == "FAILED"
    assert state["message"].startswith(said)
    assert village.dump() == before
    changed = {name for name, body in village.files().items() if files.get(name) != body}
    assert {name for name in changed if not name.startswith("var/dondoc")} <= {"var/heartbeat.json"}


@pytest.mark.slow
def test_a_place_that_cannot_hold_results_is_refused_before_any_work(run, village: Village, tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("x", encoding="utf-8")
    for out in (place, place / "below"):
        with pytest.raises(RequestRefusedError) as refused:
            run(village, "reconcile", NINE, out=str(out))
        assert refused.value.code == "folder_unwritable"
        assert f"Không ghi được kết quả vào {out}" in newest_run()["state"]["message"]


@pytest.mark.slow
def test_a_pull_of_a_source_nobody_configured_is_refused(run, village: Village) -> None:
    before = village.dump()
    with pytest.raises(RequestRefusedError):
        run(village, "sync", NINE, source="khong-co")
    state = newest_run()["state"]
    assert state["type"] == "FAILED"
    assert state["message"].startswith("Cấu hình không có nguồn nào tên khong-co; đang có: ")
    assert village.dump() == before


def test_refusals_say_the_same_in_both_languages() -> None:
    def holes(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    assert {code for code, (vi, en) in WORDS.items() if holes(vi) != holes(en)} == set()


def test_every_refusal_is_a_usage_fault_with_its_sentence() -> None:
    from deployments.exits import refusal_of
    from tasks.repairing import RepairRefusedError

    for refused in (RequestRefusedError("unit_unknown", unit="Z"), RepairRefusedError("needs_by")):
        assert refusal_of(refused, "vi") == (2, [refused.sentence("vi")])
        assert refusal_of(refused, "en") == (2, [refused.sentence("en")])
