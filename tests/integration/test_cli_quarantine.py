"""The quarantine desk as typed: list, show, assign, release with its preview; and drops accepted by a person."""

import json

import pytest

from deployments.exits import UsageFaultError, refusal_of
from deployments.quarantine_words import REFUSALS, WORDS
from tests.flows.village import BETA, DAWN, MONDAY, dossier
from tests.quarantine_stage import BAD, EARLY, UNITLESS, UNKNOWN_WORD, UNREADABLE, Stage
from tests.told_desk import typed_in
from warehouse import desk, quarantine_desk
from warehouse.dump import dump

NOW = ("--as-of", MONDAY.isoformat())
WHO = ("--by", "Trưởng phòng", "--reason", "đã xem giấy hẹn")


@pytest.fixture
def stage(tmp_path, tmp_path_factory):
    """A village with four rows in quarantine."""
    found = Stage.with_bad_rows(tmp_path_factory, tmp_path / "village")
    yield found
    found.engine.dispose()


@pytest.fixture
def dondoc(stage):
    return typed_in(stage.village.folder)


def listed(dondoc, *words) -> list[dict]:
    return json.loads(dondoc("--json", "quarantine", "list", *words))


def test_the_list_keeps_its_shape_and_tells_age_owner_and_doubt(dondoc, stage):
    later = MONDAY.replace(day=30)
    stage.drop(dossier(1, "A", due_at="01/11/2026"), *BAD, at=DAWN.replace(minute=40))  # a known one turns bad
    stage.sync(DAWN.replace(minute=45))
    rows = {row["key"]: row for row in listed(dondoc, "--as-of", later.isoformat())}
    assert len(rows) == 5
    for row in rows.values():
        assert {"id", "source", "dataset", "key", "reasons", "first_seen_at", "last_seen_at", "owner"} <= set(row)
        assert row["age_working_days"] == 4  # 24/11 is a holiday
        assert all({"code", "column", "text"} <= set(reason) for reason in row["reasons"])
    assert [key for key, row in rows.items() if row["doubtful"]] == ["A1"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--reason", "due_before_received"), ["B7"]),
        (("--source", "ho-so", "--reason", "status_unknown"), ["A9"]),
        (("--source", "danh-ba"), []),
        (("--owner", "Lan"), ["B7"]),
        (("--owner", "none", "--reason", "due_before_received"), []),
        (("--older-than", "5", "--as-of", "2026-12-01T08:00"), []),
        (("--older-than", "5", "--as-of", "2026-12-02T08:00"), ["10", "A9", "B7", "B8"]),
    ],
)
def test_the_list_is_narrowed(dondoc, stage, words, found):
    dondoc("quarantine", "assign", stage.row_of(EARLY)["id"], "Lan", *NOW)
    assert sorted(row["key"] for row in listed(dondoc, *words)) == found


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_a_row_is_shown_with_everything_that_helps(dondoc, stage, locale):
    text = stage.config.read_text(encoding="utf-8")
    stage.config.write_text(text.replace('locale = "vi"', f'locale = "{locale}"'), encoding="utf-8")
    number = stage.row_of(EARLY)["id"]
    dondoc("quarantine", "assign", number, "Lan", "--by", "Trưởng phòng", *NOW)
    printed = dondoc("quarantine", "show", number)
    for told in ("ho-so-20261123-0630.csv", "UBND xã Beta", "H00.B-0007", "Trưởng phòng", f"release {number}"):
        assert told in printed
    assert WORDS["todo"][locale == "en"] in printed
    assert "{" not in printed


def test_what_is_in_use_stands_beside_what_was_refused(dondoc, stage):
    stage.drop(dossier(1, "A", due_at="01/11/2026"), *BAD, at=DAWN.replace(minute=40))
    stage.sync(DAWN.replace(minute=45))
    (number,) = [row["id"] for row in listed(dondoc) if row["key"] == "A1"]
    told = json.loads(dondoc("--json", "quarantine", "show", number))
    assert [field["column"] for field in told["fields"] if field["differs"]] == ["due_at"]
    assert (told["release_refused"], told["state"], told["key"]) == (None, "open", "A1")
    assert told["came_from"]["name"].startswith("ho-so-")


@pytest.mark.parametrize(
    ("cells", "said"),
    [(UNREADABLE, "Ngày tiếp nhận"), (UNKNOWN_WORD, "Trạng thái"), (UNITLESS, "Mã đơn vị")],
    ids=["unreadable", "unknown word", "no unit"],
)
def test_what_cannot_be_released_says_why_and_what_to_do(dondoc, stage, cells, said):
    number = stage.row_of(cells)["id"]
    refused = dondoc("quarantine", "release", number, *WHO, "--yes", *NOW)
    assert isinstance(refused, UsageFaultError)
    assert refusal_of(refused)[0] == 2
    assert said in str(refused)
    assert str(refused) in dondoc("quarantine", "show", number)
    assert stage.row_of(cells)["closed_at"] is None


def test_a_release_is_previewed_then_confirmed_then_audited(dondoc, stage):
    number, before = stage.row_of(EARLY)["id"], dump(stage.engine, run_log=True)
    asked = json.loads(dondoc("--json", "quarantine", "release", number, *WHO, *NOW))
    assert asked["released"] is False
    assert {(f["change"], f["code"], f["flag"]) for f in asked["preview"]["flags"]} >= {
        ("added", EARLY["dossier_code"], "overdue")
    }
    (mail,) = asked["preview"]["mails"]
    assert (mail["change"], mail["recipient"], mail["asked"]) == ("changed", BETA, 2)
    assert "Chủ tịch UBND xã Beta" in dondoc("quarantine", "release", number, *WHO, *NOW)
    assert dump(stage.engine, run_log=True) == before
    dondoc("quarantine", "release", number, *WHO, "--yes", *NOW)
    (act,) = stage.reading(quarantine_desk.acts_on, number)
    assert (act["by"], act["detail"]["reason"]) == ("Trưởng phòng", "đã xem giấy hẹn")
    again = dondoc("quarantine", "release", number, *WHO, "--yes", *NOW)
    assert isinstance(again, UsageFaultError)
    assert "đã xem giấy hẹn" in dondoc("quarantine", "show", number)


@pytest.mark.parametrize("words", [("--by", "lan"), ("--reason", "x"), ("--by", " ", "--reason", "x")])
def test_nobody_releases_without_a_name_and_a_reason(dondoc, stage, words):
    assert isinstance(dondoc("quarantine", "release", stage.row_of(EARLY)["id"], *words, "--yes"), UsageFaultError)


def test_a_correction_at_the_source_empties_the_desk_by_itself(dondoc, stage):
    number = stage.row_of(EARLY)["id"]
    stage.drop(dossier(7, "B"), *BAD[1:], at=DAWN.replace(minute=40))
    stage.sync(DAWN.replace(minute=45))
    assert number not in [row["id"] for row in listed(dondoc)]
    assert WORDS["closed_corrected"][0].format(at="06:45 23/11/2026") in dondoc("quarantine", "show", number)
    assert isinstance(dondoc("quarantine", "assign", number, "Lan"), UsageFaultError)


@pytest.mark.parametrize("words", [(), ("--source", "ho-so"), ("--reason", "chuyển dữ liệu")])
def test_a_drop_is_accepted_for_one_source_and_with_a_reason_only(dondoc, words):
    refused = dondoc("run", "sync", "--accept-drop", *words)
    assert isinstance(refused, UsageFaultError)
    assert refusal_of(refused)[0] == 2
    assert "--source" in str(refused)
    assert "--reason" in str(refused)


def test_an_accepted_drop_is_written_down_by_the_run(stage):
    from tasks.accepting import DropNotExplainedError, note_accepted_drop

    asked = {"source": "ho-so", "reason": "tách hệ thống"}
    run = stage.sync(DAWN, lambda run: note_accepted_drop.fn(run.run_id), accept_drop=True, **asked)
    (row,) = [row for row in stage.reading(desk.audit_rows) if row["act"] == "accept_drop"]
    assert (row["target"], row["by"], row["detail"]) == ("ho-so", run.run_id, {"reason": "tách hệ thống"})
    with pytest.raises(DropNotExplainedError):
        stage.sync(DAWN, lambda run: note_accepted_drop.fn(run.run_id), accept_drop=True)


def test_the_desk_speaks_both_languages():
    for vietnamese, english in (*WORDS.values(), *REFUSALS.values()):
        assert vietnamese != english


def test_a_row_that_nothing_will_mend_is_settled_by_a_person_with_a_reason(dondoc, stage):
    number = stage.row_of(UNREADABLE)["id"]
    assert isinstance(dondoc("quarantine", "settle", number, "--by", "Trưởng phòng"), UsageFaultError)
    assert f"settle {number}" in dondoc("quarantine", "show", number)
    assert json.loads(dondoc("--json", "quarantine", "settle", number, *WHO, *NOW)) == {"id": number, "settled": True}
    assert number not in [row["id"] for row in listed(dondoc)]
    assert "đã xem giấy hẹn" in dondoc("quarantine", "show", number)
    assert isinstance(dondoc("quarantine", "settle", number, *WHO, *NOW), UsageFaultError)
