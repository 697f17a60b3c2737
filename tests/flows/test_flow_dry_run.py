"""A dry run sees what a real one would see, shows the very bytes, and leaves no trace."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tasks.rules.timezone import HANOI
from tests.flows.village import ALPHA, BETA, DAWN, MONDAY, OPS, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import ledger_read

pytestmark = pytest.mark.slow


def shown(folder: Path) -> dict[tuple[str, str], bytes]:
    """Audience and address → bytes, from the names of the files."""
    return {(p.name.split("-")[3], p.name.split("-", 4)[4]): p.read_bytes() for p in folder.iterdir()}


def stored(village: Village, day: datetime) -> dict[tuple[str, str], bytes]:
    def query(conn):
        rows = ledger_read.mails_of(conn, business_date=day.date())
        return [ledger_read.mail(conn, r["id"]) for r in rows]

    return {
        (m["audience"], f"{m['address'].replace('@', '-at-')}-{m['revision']}.eml"): bytes(m["body"])
        for m in village.reading(query)
    }


def test_a_dry_run_writes_the_bytes_of_the_real_one_and_nothing_else(run, village: Village, tmp_path: Path) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        village.drop("ho-so", [dossier(4, "B")], MONDAY)
        dump, files = village.dump(run_log=True), village.files()
        report = run(village, "morning", dry_run=True, out=str(tmp_path / "out"))
        assert (report["exit_status"], report["dry_run"]) == (0, True)
        assert (report["mails"]["composed"], report["mails"]["handed"]) == (2, 0)
        assert village.dump(run_log=True) == dump
        assert village.files() == files
        assert server.connections == 0
        dry = shown(tmp_path / "out")
        assert Counter(audience for audience, _ in dry) == {"head": 2, "ops": 1}
        assert run(village, "morning")["mails"]["handed"] == 2
        assert dry == stored(village, MONDAY)
        assert sorted(address for address, _ in server.accepted) == sorted([ALPHA, BETA, OPS])


def test_a_dry_run_in_shadow_shows_what_would_be_stored(run, village: Village, tmp_path: Path) -> None:
    village.configure(mode="shadow")
    run(village, "remind", dry_run=True, out=str(tmp_path / "out"))
    dry = shown(tmp_path / "out")
    run(village, "remind")
    assert dry == stored(village, MONDAY)
    assert len(dry) == 2


def test_where_there_is_no_warehouse_yet_a_dry_run_makes_none(run, empty_village: Village, tmp_path: Path) -> None:
    files = empty_village.files()
    report = run(empty_village, "morning", dry_run=True, out=str(tmp_path / "out"))
    assert (report["exit_status"], len(shown(tmp_path / "out"))) == (0, 3)
    assert empty_village.files() == files


def test_another_day_than_today_is_a_dry_run_unless_the_warehouse_is_a_sandbox(run, village: Village) -> None:
    today = datetime.now(HANOI).date()
    other = next(day for day in (MONDAY, WEDNESDAY) if day.date() != today)
    with ScriptedSmtp() as server:
        village.configure(server.port, sandbox="false")
        dump = village.dump(run_log=True)
        report = run(village, "remind", other)
        assert (report["dry_run"], report["exit_status"]) == (True, 0)
        assert (server.connections, village.dump(run_log=True)) == (0, dump)


def test_time_does_not_go_back_in_a_sandbox(run, village: Village) -> None:
    from tasks.run_context import AsOfRefusedError

    with pytest.raises(AsOfRefusedError, match="06:30"):
        run(village, "flag", DAWN.replace(minute=29))


def test_a_wrong_moment_typed_into_a_form_is_told_in_the_state_of_the_run(village: Village) -> None:
    from flows.flag_run import flag_run

    state = flag_run(config=str(village.config), as_of="23/11/2026", return_state=True)
    assert state.is_failed()
    assert (
        state.message == "Thời điểm '23/11/2026' không đọc được: viết dạng 2026-11-23T07:30, hoặc để trống là bây giờ."
    )
