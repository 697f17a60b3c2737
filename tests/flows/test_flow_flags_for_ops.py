"""What stays with ops: debts from before enforcement, an unusual number of flags, records gone from their source."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from deployments.attention import source_states
from tasks.rules.timezone import HANOI
from tests.flows.test_flow_bulletin import bulletin, text_of
from tests.flows.village import ALPHA, BETA, DAWN, DOSSIERS, MONDAY, OPS, SOURCE, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import desk, flag_store, ledger_read
from warehouse.tables import flag_runs, missed

pytestmark = pytest.mark.slow
SOON = MONDAY + timedelta(minutes=15)
THURSDAY = datetime(2026, 11, 26, 7, 30, tzinfo=HANOI)
FILES = (("don-vi", "units"), ("danh-ba", "contacts"), ("ho-so", "dossiers"))
SOURCES = "".join(SOURCE.format(name=name, dataset=dataset) for name, dataset in FILES)


def usual_days(village: Village, flagged: int) -> None:
    """Five working days on which so many were flagged."""
    rows = [
        {
            "as_of": MONDAY - timedelta(days=days),
            "business_date": (MONDAY - timedelta(days=days)).date(),
            "run_id": f"day-{days}",
            "rule_version": "r",
            "calendar_version": "c",
            "opened": 0,
            "closed": 0,
            "open": flagged,
            "by_source": {"ho-so": {"flagged": flagged, "state": "passed"}},
        }
        for days in (7, 6, 5, 4, 3)
    ]
    village.acting(lambda conn: conn.execute(insert(flag_runs), rows))


def test_items_due_before_enforcement_are_counted_for_ops_and_mailed_to_nobody(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, sources=SOURCES + "enforce_from = 2026-11-17\n")
        assert run(village, "remind")["mails"]["composed"] == 0
        run(village, "bulletin")
    assert village.mails() == {}
    assert len(village.open_flags()) == len(DOSSIERS)
    told = bulletin(village)
    assert (told.not_enforced, told.no_recipient) == (3, ())
    assert "03 việc đến hạn trước ngày áp dụng" in text_of(village, village.mail_id(OPS))


def test_an_unusual_number_of_flags_holds_its_source_until_a_person_accepts_it(run, village: Village) -> None:
    usual_days(village, 40)
    with ScriptedSmtp() as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], report["state"]) == (4, "refused")
        (line,) = report["sources"]
        assert line["name"] == "ho-so"
        assert "thường lệ là 40" in line["error"]
        assert (village.mails(), len(village.open_flags())) == ({}, 3)
        before = village.dump()
        assert run(village, "remind")["exit_status"] == 4
        assert village.dump() == before
        run(village, "bulletin")
        text = text_of(village, village.mail_id(OPS))
        assert "thường lệ là 40" in text
        assert "--accept-drop" in text
        states = village.reading(lambda conn: source_states(conn, settings_of(village), SOON))
        assert [s["fresh"] for s in states if s["name"] == "ho-so"] == [False]

        village.acting(lambda conn: desk.note_accepted_drop(conn, "ho-so", "cli", "đã kiểm tra", SOON))
        report = run(village, "remind", SOON)
        assert (report["exit_status"], report["sources"]) == (0, [])
        assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}
        assert run(village, "remind", SOON + timedelta(minutes=15))["exit_status"] == 0
        village.acting(lambda conn: heard_again(conn, WEDNESDAY))
        assert run(village, "remind", WEDNESDAY)["exit_status"] == 0, "three are usual now"


def settings_of(village: Village):
    import os

    from tasks.settings import load_settings

    return load_settings(village.config, os.environ)


def heard_again(conn, at: datetime) -> None:
    """The sources were pulled again and told nothing new."""
    from warehouse import loads

    for name, dataset in FILES:
        loads.record_unchanged(conn, run_id=f"run {at}", source=name, dataset=dataset, as_of=at, data_moment=at)


def test_a_record_gone_for_two_sweeps_leaves_the_mails_and_is_not_told_done(run, village: Village) -> None:
    gone = {"source": "ho-so", "record_key": "B1", "system": "ho-so", "since": MONDAY, "last_at": MONDAY}
    with ScriptedSmtp() as server:
        village.configure(server.port)
        village.acting(lambda conn: conn.execute(insert(missed), [gone | {"sweeps": 1}]))
        run(village, "remind")
        assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}, "one sweep says nothing yet"
        village.acting(lambda conn: conn.execute(missed.update().values(sweeps=2)))
        village.acting(lambda conn: heard_again(conn, WEDNESDAY))
        run(village, "remind", WEDNESDAY)
        assert "H00.B-0001 vanished" in village.open_flags()
        assert village.mails()[BETA] == ("handed",), "neither asked again nor told that it is done"
        run(village, "bulletin", WEDNESDAY)
        assert [i.code for i in bulletin(village, day=WEDNESDAY).ops_items] == ["H00.B-0001"]
        village.acting(lambda conn: conn.execute(missed.delete()))
        village.acting(lambda conn: heard_again(conn, THURSDAY))
        run(village, "remind", THURSDAY)
        assert "H00.B-0001 overdue" in village.open_flags()


def armings(village: Village, mail_id: int) -> dict[str, str]:
    rows = village.reading(lambda conn: ledger_read.items_of(conn, [mail_id]))
    return {row["code"]: row["arming"] for row in rows}


def test_a_dossier_that_is_open_again_is_a_new_matter(run, village: Village) -> None:
    done = dossier(1, "A", status="9", resolved="23/11/2026 10:00")
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind")
        for at, drop in ((WEDNESDAY, [done]), (THURSDAY, [dossier(1, "A")])):
            village.drop("ho-so", drop, at - timedelta(minutes=20))
            assert run(village, "sync", at)["exit_status"] == 0
            run(village, "remind", at)
        assert village.codes_of(ALPHA, day=WEDNESDAY) == ["H00.A-0002"]
        assert village.codes_of(ALPHA, day=THURSDAY) == ["H00.A-0001", "H00.A-0002"]
    first, last = (armings(village, village.mail_id(ALPHA, day=day)) for day in (MONDAY, THURSDAY))
    assert first["H00.A-0001"] != last["H00.A-0001"], "the ladder begins anew"
    assert first["H00.A-0002"] == last["H00.A-0002"]
    flags = village.reading(flag_store.open_flags)
    since = {f["code"]: f["since"] for f in flags if f["code"].startswith("H00.A")}
    assert since == {"H00.A-0001": THURSDAY, "H00.A-0002": DAWN}
