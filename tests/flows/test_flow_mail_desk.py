"""Stop button, modes, window, holds and what changes between composing and sending: who gets a mail, and when."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.flows.village import ALPHA, BETA, DAWN, MONDAY, OPS, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import desk

pytestmark = pytest.mark.slow
EARLY = DAWN + timedelta(minutes=15)  # before the window opens: composed, not sent
LATE = MONDAY.replace(hour=10, minute=30)
BY = "Bộ phận vận hành"


class Interrupted(ScriptedSmtp):
    """A server beside which something happens while it holds the first message."""

    def __init__(self, happening: Callable[[], None]) -> None:
        super().__init__()
        self.happening: Callable[[], None] | None = happening

    def _next(self, verb: str) -> str:
        if verb == "DOT" and self.happening:
            happening, self.happening = self.happening, None
            happening()
        return super()._next(verb)


def addresses(server: ScriptedSmtp) -> list[str]:
    return [address for address, _ in server.accepted]


def stop(village: Village) -> None:
    village.acting(lambda conn: desk.stop_mail(conn, BY, "kiểm tra số liệu", MONDAY))


def mode(village: Village, name: str) -> None:
    village.acting(lambda conn: desk.set_mode(conn, name, BY, "", MONDAY))


def resolved(village: Village, *numbers: int, at=MONDAY) -> None:
    """The one-stop counter closes these dossiers of Alpha; a sync hears of it."""
    village.drop("ho-so", [dossier(n, "A", "9", f"{at:%d/%m/%Y} 07:00") for n in numbers], at - timedelta(minutes=5))


def test_nothing_goes_out_while_mail_is_stopped(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        stop(village)
        report = run(village, "remind")
        assert (report["exit_status"], report["mails"]["composed"], report["mails"]["handed"]) == (0, 2, 0)
        assert "dondoc mail start" in report["mail_waits"]
        assert (server.connections, village.mails()) == (0, {ALPHA: ("planned",), BETA: ("planned",)})
        village.acting(lambda conn: desk.start_mail(conn, BY, "", MONDAY))
        assert run(village, "remind", MONDAY + timedelta(minutes=15))["mails"]["handed"] == 2
        assert addresses(server) == [ALPHA, BETA]


def test_the_stop_button_is_read_before_each_message(run, village: Village) -> None:
    with Interrupted(lambda: stop(village)) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], addresses(server)) == (0, [ALPHA])
        assert "dondoc mail start" in report["mail_waits"]
    assert village.mails() == {ALPHA: ("handed",), BETA: ("planned",)}


def test_the_desk_may_take_a_mail_out_of_a_running_batch(run, village: Village) -> None:
    def held() -> None:
        village.acting(lambda conn: desk.hold_mail(conn, village.mail_id(BETA), BY, "chờ xác minh", MONDAY))

    with Interrupted(held) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], addresses(server)) == (0, [ALPHA])
        assert village.mails() == {ALPHA: ("handed",), BETA: ("held",)}
        assert run(village, "remind", MONDAY + timedelta(minutes=15))["mails"]["handed"] == 0
        village.acting(lambda conn: desk.approve_mail(conn, village.mail_id(BETA), BY, MONDAY))
        assert run(village, "remind", MONDAY + timedelta(minutes=30))["mails"]["handed"] == 1
        assert addresses(server) == [ALPHA, BETA]


def test_a_cancelled_mail_is_gone_for_the_day_and_its_items_come_again(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", EARLY)
        village.acting(lambda conn: desk.cancel_mail(conn, village.mail_id(ALPHA), BY, "gửi nhầm", MONDAY))
        run(village, "remind")
        assert addresses(server) == [BETA]
        run(village, "remind", WEDNESDAY)
        assert village.mails()[ALPHA] == ("expired", "handed")


def test_going_live_is_felt_the_same_day_and_only_step_by_step(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, mode="shadow")
        report = run(village, "remind")
        assert (report["exit_status"], report["mails"]["composed"], report["mails"]["held"]) == (0, 2, 2)
        assert "shadow" in report["mail_waits"]
        run(village, "bulletin")
        assert (server.connections, village.mails("ops")) == (0, {OPS: ("held",)})
        mode(village, "ops")
        assert run(village, "remind", MONDAY + timedelta(minutes=15))["mails"]["handed"] == 0
        run(village, "bulletin", MONDAY + timedelta(minutes=15))
        assert addresses(server) == [OPS]
        mode(village, "live")
        assert run(village, "remind", MONDAY + timedelta(minutes=30))["mails"]["handed"] == 2
        assert addresses(server) == [OPS, ALPHA, BETA]


def test_in_ops_mode_only_ops_are_written_to(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, mode="ops")
        report = run(village, "remind")
        assert (report["exit_status"], report["mails"]["held"]) == (0, 2)
        run(village, "bulletin")
        assert addresses(server) == [OPS]


def test_what_shadow_held_on_another_day_never_goes_out(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, mode="shadow")
        run(village, "remind")
        mode(village, "live")
        run(village, "remind", WEDNESDAY)
        assert village.mails() == {ALPHA: ("expired", "handed"), BETA: ("expired", "handed")}


def test_outside_the_window_only_with_a_reason_and_not_too_late(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        early = run(village, "remind", EARLY)
        assert (early["exit_status"], early["mails"]["composed"], server.connections) == (0, 2, 0)
        assert "07:00-10:00" in early["mail_waits"]
        run(village, "remind", LATE)
        run(village, "remind", LATE, outside_window=True)
        run(village, "remind", LATE.replace(hour=15, minute=1), outside_window=True, reason="mất điện")
        assert (server.connections, village.mails()) == (0, {ALPHA: ("planned",), BETA: ("planned",)})


def test_after_an_outage_the_day_is_caught_up_until_three(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        late = run(village, "remind", MONDAY.replace(hour=14, minute=59), outside_window=True, reason="mất điện")
        assert (late["exit_status"], addresses(server)) == (0, [ALPHA, BETA])


def test_what_was_not_sent_expires_and_comes_again_as_new(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", LATE)
        run(village, "remind", WEDNESDAY)
        assert village.mails() == {ALPHA: ("expired", "handed"), BETA: ("expired", "handed")}
        assert addresses(server) == [ALPHA, BETA]


def test_nobody_is_asked_for_what_was_closed_before_his_mail_left(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", EARLY)
        resolved(village, 1)
        run(village, "sync", MONDAY - timedelta(minutes=3))
        report = run(village, "remind")
        assert (report["mails"]["composed"], report["mails"]["handed"]) == (1, 2)
        assert village.mails() == {ALPHA: ("superseded", "handed"), BETA: ("handed",)}
        assert village.codes_of(ALPHA, revision=2) == ["H00.A-0002"]
        assert b"H00.A-0001" not in server.accepted[0][1]


def test_a_mail_with_nothing_left_to_ask_is_not_replaced(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "remind", EARLY)
        resolved(village, 1, 2)
        run(village, "sync", MONDAY - timedelta(minutes=3))
        run(village, "remind")
        assert (village.mails()[ALPHA], addresses(server)) == (("superseded",), [BETA])


def test_an_unchanged_plan_keeps_its_bytes(run, village: Village) -> None:
    run(village, "remind", EARLY)
    before = village.dump()
    run(village, "remind", EARLY + timedelta(minutes=5))
    assert [line for line in village.dump().splitlines() if line.startswith("mail")] == [
        line for line in before.splitlines() if line.startswith("mail")
    ]


def test_a_disputed_item_leaves_the_mails_for_two_working_days(run, village: Village) -> None:
    from warehouse import current

    with ScriptedSmtp() as server:
        village.configure(server.port)
        (row,) = village.reading(lambda c: current.dossiers_by_key(c, ["dossier/ho-so/A1"]))
        village.acting(
            lambda conn: desk.open_dispute(
                conn,
                item_key="dossier/ho-so/A1",
                code="H00.A-0001",
                reason="đã trả kết quả",
                by="UBND xã Alpha",
                content_hash=row["content_hash"],
                opened_on=MONDAY.date(),
                now=DAWN,
            )
        )
        run(village, "remind")
        assert village.codes_of(ALPHA) == ["H00.A-0002"]
        (answered,) = [d["id"] for d in village.reading(desk.open_disputes)]
        village.acting(lambda c: desk.answer_dispute(c, answered, "rejected", "chưa có kết quả", BY, MONDAY))
        run(village, "remind", WEDNESDAY)
        assert village.codes_of(ALPHA, day=WEDNESDAY) == ["H00.A-0001", "H00.A-0002"], "rejected: it returns at once"


def test_without_a_directory_of_units_nobody_but_ops_is_written_to(run, empty_village: Village) -> None:
    (file,) = empty_village.drops.glob("don-vi-*")
    file.unlink()
    with ScriptedSmtp() as server:
        report = run(empty_village.configure(server.port), "morning")
        assert (report["exit_status"], report["mails"]["composed"]) == (3, 0)
        assert addresses(server) == [OPS]
