"""The nightly run: counted, audited, safe to repeat; and a broken audit is loud."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.flows.village import MONDAY, Village
from warehouse import audit_chain, current, desk
from warehouse.engine import open_engine, reading
from warehouse.restore import restore

pytestmark = pytest.mark.slow
NIGHT = MONDAY.replace(hour=22, minute=30)


def acts(village: Village) -> list[dict]:
    return [row for row in village.reading(desk.audit_rows) if row["act"] == "retention"]


def page(village: Village, name: str, at) -> Path:
    path = village.folder / "var" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def test_bodies_and_pages_go_with_their_time_and_are_counted_once(run, village: Village) -> None:
    landing = village.folder / "var" / "landing"
    bodies = len(list(landing.glob("??/*.gz")))
    old = page(village, "reconcile/a-run/a.html", MONDAY - timedelta(days=380))
    new = page(village, "reports/b.html", MONDAY)
    assert run(village, "housekeeping", NIGHT + timedelta(days=29))["swept"] == {"files": 1}
    assert (old.parent.exists(), new.exists()) == (False, True)
    before = village.files()
    foreseen = run(village, "housekeeping", NIGHT + timedelta(days=31), dry_run=True)
    assert foreseen["swept"] == {"landing": bodies}
    assert before.keys() <= village.files().keys()
    report = run(village, "housekeeping", NIGHT + timedelta(days=31))
    assert (report["state"], report["exit_status"], report["swept"]) == ("done", 0, {"landing": bodies})
    assert list(landing.glob("??/*.gz")) == []
    again = run(village, "housekeeping", NIGHT + timedelta(days=31))
    assert (again["state"], again["swept"], again["backup"]) == ("nothing_to_do", {}, None)
    counted = [row["detail"]["counts"] for row in reversed(acts(village))]
    assert counted == [{"files": 1}, {"landing": bodies}]
    assert report["audit"]["seal"] == village.reading(lambda conn: audit_chain.head(conn, rows=1)).seal
    assert village.codes() == ["H00.A-0001", "H00.A-0002", "H00.B-0001"]  # open, and kept


def backups(village: Village) -> list[str]:
    return sorted(path.name for path in (village.folder / "var" / "backups").iterdir())


def test_every_night_leaves_a_backup_and_the_newest_few_are_kept(run, village: Village, tmp_path: Path) -> None:
    village.configure(mail="[retention]\nbackups_kept = 2\n")
    for night in range(3):
        report = run(village, "housekeeping", NIGHT + timedelta(days=night))
        assert report["backup"]["file"] in backups(village)
        if night == 1:  # somebody tidies up by day: the night still has what came after
            run(village, "housekeeping", NIGHT + timedelta(days=1, hours=12))
            village.acting(lambda conn: desk.stop_mail(conn, "lan", "sự cố", NIGHT + timedelta(days=1, hours=15)))
    assert backups(village) == ["dondoc-20261124-night.zip", "dondoc-20261125-night.zip"]
    engine = open_engine(f"sqlite:///{tmp_path}/elsewhere.sqlite3")
    newest = village.folder / "var" / "backups" / backups(village)[-1]
    restore(engine, newest, tmp_path / "landing", by="lan", reason="diễn tập", now=NIGHT)
    with reading(engine) as conn:
        assert len(current.open_dossiers(conn)) == 3
        assert "sự cố" in [row["detail"]["reason"] for row in desk.audit_rows(conn) if "reason" in row["detail"]]
    engine.dispose()


def test_without_room_for_a_backup_the_older_ones_stay_and_people_are_told(run, village: Village) -> None:
    folder = village.folder / "var" / "backups"
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way", encoding="utf-8")
    report = run(village, "housekeeping", NIGHT)
    assert (report["state"], report["exit_status"]) == ("incomplete", 3)
    assert str(folder) in report["warehouse_fault"]


def test_acts_cut_off_the_end_are_missed_by_the_next_night(run, village: Village) -> None:
    for act in (desk.stop_mail, desk.start_mail):
        village.acting(lambda conn, act=act: act(conn, "lan", "sự cố", MONDAY))
    assert run(village, "housekeeping", NIGHT)["audit"]["rows"] == 2
    village.acting(lambda conn: conn.execute(text("DELETE FROM audit WHERE id = 2")))
    village.acting(lambda conn: desk.start_mail(conn, "minh", "không có gì", MONDAY))
    assert village.reading(audit_chain.first_break) is None
    report = run(village, "housekeeping", NIGHT + timedelta(days=1))
    assert (report["state"], "dòng 2" in report["warehouse_fault"]) == ("failed", True)


def test_a_broken_audit_fails_the_night_with_its_first_bad_row(run, village: Village) -> None:
    village.acting(lambda conn: desk.stop_mail(conn, "lan", "sự cố", MONDAY))
    village.acting(lambda conn: conn.execute(text("UPDATE audit SET by = 'minh'")))
    report = run(village, "housekeeping", NIGHT)
    assert (report["state"], report["exit_status"]) == ("failed", 1)
    assert "dòng 1" in report["warehouse_fault"]
    assert not (village.folder / "var" / "backups").exists()  # the good ones are not pushed out
