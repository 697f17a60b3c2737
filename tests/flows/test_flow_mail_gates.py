"""Gates of a running batch and holds of the desk: a person's word stands until a person takes it back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.flows.test_flow_mail_desk import BY, EARLY, Interrupted, addresses, mode, resolved
from tests.flows.village import ALPHA, BETA, MONDAY, OPS, UNITS, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import desk, ledger_read
from warehouse.errors import DeskError

pytestmark = pytest.mark.slow
SOON = MONDAY + timedelta(minutes=15)
DOSSIERS_AGAIN = (dossier(1, "A"), dossier(2, "A"))


def hold(village: Village, address: str) -> None:
    village.acting(lambda conn: desk.hold_mail(conn, village.mail_id(address), BY, "chờ xác minh", MONDAY))


def approve(village: Village, mail_id: int) -> None:
    village.acting(lambda conn: desk.approve_mail(conn, mail_id, BY, MONDAY))


def rows(village: Village, address: str) -> list[dict]:
    return [m for m in village.reading(ledger_read.mails_of) if m["address"] == address]


# --- a hold of the desk -------------------------------------------------------------------------------------------


def test_a_held_mail_that_must_change_stays_held_for_the_same_reason(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", EARLY)
        hold(village, ALPHA)
        resolved(village, 1)
        run(village, "sync", MONDAY - timedelta(minutes=3))
        run(village, "remind")
        assert addresses(server) == [BETA]
        before, now = rows(village, ALPHA)
        assert (before["state"], now["state"], now["reason"], now["resolved_by"]) == (
            "superseded",
            "held",
            "chờ xác minh",
            BY,
        )
        approve(village, now["id"])
        run(village, "remind", SOON)
        assert addresses(server) == [BETA, ALPHA]
        assert b"H00.A-0001" not in server.accepted[1][1]


def test_a_hold_outlives_the_mail_it_was_put_on(run, village: Village) -> None:
    """Nothing left to ask, then again something: the recipient's mail of that day is still held."""
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", EARLY)
        hold(village, ALPHA)
        resolved(village, 1, 2)
        run(village, "sync", MONDAY - timedelta(minutes=3))
        run(village, "remind")
        assert [m["state"] for m in rows(village, ALPHA)] == ["superseded"]
        village.drop("ho-so", DOSSIERS_AGAIN, MONDAY)
        run(village, "sync", MONDAY + timedelta(minutes=5))
        run(village, "remind", SOON)
        assert [m["state"] for m in rows(village, ALPHA)] == ["superseded", "held"]
        assert addresses(server) == [BETA]


def test_a_mode_never_frees_what_a_person_holds(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", EARLY)
        village.acting(lambda conn: desk.hold_mail(conn, village.mail_id(ALPHA), BY, "shadow", MONDAY))
        run(village, "remind")
        assert (addresses(server), village.mails()[ALPHA]) == ([BETA], ("held",))


def test_a_held_bulletin_stays_held_too(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        mode(village, "shadow")
        run(village, "bulletin", EARLY)
        mode(village, "live")
        approve(village, village.mail_id(OPS))
        hold(village, OPS)
        run(village, "morning")
        assert [m["state"] for m in rows(village, OPS)] == ["superseded", "held"]
        assert addresses(server) == [ALPHA, BETA]


# --- a mail without a message -------------------------------------------------------------------------------------


def test_a_mail_that_could_not_be_built_is_never_approved(run, empty_village: Village) -> None:
    odd = [row | {"name": "UBND xã Beta 0912 345 678"} if row["unit_code"] == "B" else row for row in UNITS]
    empty_village.drop("don-vi", odd)
    with ScriptedSmtp() as server:
        run(empty_village.configure(server.port), "morning")
        (mail,) = [m for m in empty_village.reading(ledger_read.mails_of) if m["state"] == "held"]
        with pytest.raises(DeskError, match="no message"):
            approve(empty_village, mail["id"])
        run(empty_village, "remind", SOON)
        assert addresses(server) == [ALPHA, OPS]


# --- gates read before each message -------------------------------------------------------------------------------


def test_a_mode_switched_during_the_batch_is_obeyed_from_the_next_mail_on(run, village: Village) -> None:
    with Interrupted(lambda: mode(village, "shadow")) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], addresses(server)) == (0, [ALPHA])
        assert "shadow" in report["mail_waits"]
    assert village.mails() == {ALPHA: ("handed",), BETA: ("held",)}


def hours_pass(hours: int) -> None:
    """The process is stopped beside the server, or its machine sleeps: the run's clock is so much further on."""
    from tasks import run_context

    (run,) = run_context._open.values()
    run.clock = replace(run.clock, _started=run.clock._started - hours * 3600)


@pytest.mark.parametrize("hours", [3, 24], ids=["its end", "the window of the next day"])
def test_the_window_may_end_during_the_batch(run, village: Village, hours: int) -> None:
    with Interrupted(lambda: hours_pass(hours)) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], addresses(server)) == (0, [ALPHA])
        assert "07:00-10:00" in report["mail_waits"]
    assert village.mails() == {ALPHA: ("handed",), BETA: ("planned",)}


def test_more_mails_than_the_cap_hold_all_of_them(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, mail="max_per_run = 1")
        report = run(village, "remind")
        assert (report["exit_status"], report["state"], addresses(server)) == (5, "incomplete", [])
        assert "max_per_run" in report["mail_fault"]
        assert village.mails() == {ALPHA: ("planned",), BETA: ("planned",)}
        village.configure(server.port, mail="max_per_run = 2")
        assert run(village, "remind", SOON)["exit_status"] == 0
        assert addresses(server) == [ALPHA, BETA]
