"""Rows that a person released: rehearsed without a trace, promoted once by the next run, refused where they must be."""

from datetime import timedelta

import pytest

from tasks.rehearsing import rehearse_release
from tasks.rules.release import Refusal
from tests.flows.village import BETA, DAWN, MONDAY, Village, dossier
from tests.quarantine_stage import BAD, EARLY, UNITLESS, UNKNOWN_WORD, UNREADABLE, Stage
from warehouse import current, loads, quarantine, quarantine_desk
from warehouse.dump import dump

MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage(tmp_path, played, database_kind) -> Stage:
    """Three good dossiers in the warehouse, four bad ones in quarantine; on both databases."""
    url = played("quarantine", database_kind, _synced)
    Village(tmp_path / "village").configure()
    found = Stage(tmp_path / "village", url)
    yield found
    found.engine.dispose()


def _synced(folder, url: str) -> None:
    made = Stage(folder / "village", url)
    made.drop(*BAD)
    made.sync()
    made.engine.dispose()


def codes(stage: Stage) -> list[str]:
    return [row["dossier_code"] for row in stage.reading(current.open_dossiers)]


def test_a_rehearsal_shows_what_the_row_would_flag_and_mail_and_leaves_nothing(stage):
    row, before = stage.row_of(EARLY), dump(stage.engine, run_log=True)
    without, let_in = rehearse_release(str(stage.config), MONDAY, row["id"])
    new = let_in.flags.keys() - without.flags.keys()
    assert {let_in.flags[key]["code"] for key in new} == {EARLY["dossier_code"]}
    assert {flag for _, flag in new} == {"overdue", "due_mismatch"}
    assert [picture.mails["head", BETA].asked for picture in (without, let_in)] == [1, 2]
    assert dump(stage.engine, run_log=True) == before


def test_a_released_row_comes_in_with_the_next_run_and_only_once(stage):
    row = stage.row_of(EARLY)
    stage.acting(quarantine_desk.release, row["id"], "lan", DAWN, "đã xem giấy hẹn")
    assert stage.reading(quarantine_desk.released_identities, "ho-so") == {(row["record_key"], row["content_hash"])}
    first, second = stage.sync(DAWN + MINUTE), stage.sync(DAWN + 2 * MINUTE)
    assert (first.released, second.released) == ({"new": 1}, {})
    assert codes(stage).count(EARLY["dossier_code"]) == 1
    (stored,) = [r for r in stage.reading(current.open_dossiers) if r["dossier_code"] == EARLY["dossier_code"]]
    assert (stored["content_hash"], stored["source_ref"]) == (row["content_hash"], row["source_ref"])
    assert (stored["received_precision"], stored["due_precision"], stored["duration_amount"]) == ("day", "day", 5)
    acts = [(act["act"], act["by"]) for act in stage.reading(quarantine_desk.acts_on, row["id"])]
    assert acts == [("quarantine_release", "lan"), ("quarantine_promote", first.run_id)]


def test_what_a_run_wrote_down_of_the_source_stays_when_a_released_row_is_taken_up(stage):
    row = stage.row_of(EARLY)
    stage.acting(quarantine_desk.release, row["id"], "lan", DAWN, "x")
    stage.drop(*BAD, dossier(11, "A"), at=DAWN + 30 * MINUTE)
    run = stage.sync(DAWN + 31 * MINUTE)
    before = stage.reading(loads.load_of, run.run_id, "ho-so")
    stage.acting(quarantine_desk.taken_up, row["id"], run.run_id, DAWN + 31 * MINUTE, "unchanged")
    assert before["state"] == "promoted"
    assert stage.reading(loads.load_of, run.run_id, "ho-so") == before


def test_a_released_row_that_comes_again_is_a_good_one(stage):
    row, later = stage.row_of(EARLY), DAWN + 30 * MINUTE
    stage.acting(quarantine_desk.release, row["id"], "lan", DAWN, "x")
    stage.sync(DAWN + MINUTE)
    stage.drop(*BAD, dossier(11, "A"), at=later)
    line = stage.sync(later + MINUTE).sources["ho-so"]
    assert (line.new, line.unchanged, line.quarantined) == (1, 6, 3)
    assert codes(stage).count(EARLY["dossier_code"]) == 1
    assert stage.reading(quarantine_desk.row, row["id"])["closed_reason"] == "released"


BEYOND_MENDING = (
    (UNREADABLE, Refusal("unreadable", "received_at")),
    (UNKNOWN_WORD, Refusal("word_unknown", "status")),
    (UNITLESS, Refusal("cell_missing", "unit_code")),
)


def test_what_no_word_of_a_person_can_mend_is_refused(stage):
    for cells, refused in BEYOND_MENDING:
        assert rehearse_release(str(stage.config), MONDAY, stage.row_of(cells)["id"]) == refused


def test_a_newer_word_of_the_source_wins_over_a_released_row(stage):
    row = stage.row_of(EARLY)
    stage.acting(quarantine_desk.release, row["id"], "lan", DAWN, "x")
    later = DAWN + 30 * MINUTE
    stage.drop(dossier(7, "B", due_at="18/11/2026"), at=later)
    run = stage.sync(later + MINUTE)
    assert run.released == {"new": 1}
    (stored,) = [r for r in stage.reading(current.open_dossiers) if r["dossier_code"] == EARLY["dossier_code"]]
    assert stored["content_hash"] != row["content_hash"]
    assert stage.sync(later + 2 * MINUTE).released == {}


def test_a_row_mended_at_the_source_leaves_the_quarantine_by_itself_and_can_no_longer_be_released(stage):
    row, later = stage.row_of(EARLY), DAWN + 30 * MINUTE
    stage.drop(dossier(7, "B"), *BAD[1:], at=later)
    stage.sync(later + MINUTE)
    closed = stage.reading(quarantine_desk.row, row["id"])
    assert (closed["closed_reason"], closed["closed_at"]) == ("corrected", later + MINUTE)
    assert rehearse_release(str(stage.config), MONDAY, row["id"]) == Refusal("not_open")


def test_of_two_that_contradict_each_other_one_may_be_let_in(tmp_path, migrated_url):
    stage = Stage(tmp_path / "twins", migrated_url)
    stage.drop(dossier(7, "B"), dossier(7, "B", due_at="18/11/2026"))
    stage.sync()
    one, other = stage.reading(quarantine_desk.open_rows)
    stage.acting(quarantine_desk.release, one["id"], "lan", DAWN, "theo giấy hẹn")
    assert rehearse_release(str(stage.config), MONDAY, other["id"]) == Refusal("not_open")
    assert stage.sync(DAWN + MINUTE).released == {"new": 1}
    stage.drop(dossier(7, "B"), dossier(7, "B", due_at="18/11/2026"), dossier(8, "B"), at=DAWN + 30 * MINUTE)
    line = stage.sync(DAWN + 31 * MINUTE).sources["ho-so"]
    assert (line.new, line.quarantined, stage.reading(quarantine_desk.open_rows)) == (1, 2, [])
    assert stage.reading(quarantine_desk.row, other["id"])["closed_reason"] == "settled"
    assert stage.reading(quarantine.doubtful_keys) == {}
    (act,) = stage.reading(quarantine_desk.acts_on, other["id"])
    assert (act["act"], act["by"], act["detail"]["released"]) == ("quarantine_settle", "lan", one["id"])
    stage.engine.dispose()
