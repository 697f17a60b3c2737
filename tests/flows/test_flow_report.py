"""Reports through the real flow: who gets one and how often, and the same bytes of the past at any later moment."""

import re
import stat
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tasks.refused_requests import AsOfRefusedError, RequestRefusedError
from tasks.rules.timezone import HANOI
from tests.flows.test_flow_mail_desk import mode, stop
from tests.flows.village import ALPHA, BETA, CONTACTS, DAWN, MONDAY, OPS, Village, dossier
from tests.scripted_smtp import DROP, ScriptedSmtp
from warehouse import desk, retention

pytestmark = pytest.mark.slow
LEADER = "ct.tinh@tinh.example.gov.vn"
LATE, HOLIDAY, THURSDAY, FRIDAY = (
    datetime(2026, 11, day, 10, 40, tzinfo=HANOI) for day in (23, 24, 26, 27)
)  # by Thursday three working days of the week have begun, on Friday it is too late to send by itself
NEXT_WEEK = datetime(2026, 11, 30, 10, 40, tzinfo=HANOI)
SEND = {"send": True, "period": "due"}
SWEPT = {"limits": {"versions_days": 364}, "counts": {"dossiers": 9}}
WEEK, MONTH = "bao-cao-2026-W47", "bao-cao-2026-10"


@pytest.fixture(scope="module")
def led(run, tmp_path_factory: pytest.TempPathFactory, synced: Village) -> Village:
    """The village with somebody to report to, and three dossiers finished last week. Copy it, never use it."""
    village = synced.copied(tmp_path_factory.mktemp("led") / "village")
    leader = CONTACTS[0] | {"unit_code": "TINH", "role": "leadership", "email": LEADER, "title": "Chủ tịch UBND tỉnh"}
    village.drop("danh-ba", [*CONTACTS, leader, leader | {"unit_code": "B"}], DAWN + timedelta(minutes=1))
    done = [dossier(3, "A", "9", "13/11/2026 09:00"), dossier(4, "A", "9", "17/11/2026 09:00")]
    done += [dossier(5, "B", "10", "16/11/2026 16:00")]
    rows = [dossier(1, "A"), dossier(2, "A"), dossier(1, "B"), *done]
    village.drop("ho-so", rows, DAWN + timedelta(minutes=1))
    assert run(village, "sync", DAWN + timedelta(minutes=2))["exit_status"] == 0
    return village


@pytest.fixture
def village(led: Village, tmp_path: Path) -> Village:
    return led.copied(tmp_path / "village")


def text(body: bytes) -> str:
    return message_from_bytes(body, policy=policy.default).get_body(("plain",)).get_content()


def states(village: Village) -> dict[str, tuple[str, ...]]:
    return village.mails("report")


def written(village: Village) -> set[str]:
    return {path.stem for path in (village.folder / "var" / "reports").glob("*")}


def pages(report: dict[str, Any]) -> list[bytes]:
    return [Path(path).read_bytes() for path in report["files"]]


# --- by the clock --------------------------------------------------------------------------------------------------


def test_what_is_due_goes_to_the_leadership_and_ops_once(run, village: Village) -> None:
    """On Monday the week; the month's first working days are long over. Asked again, nothing more."""
    with ScriptedSmtp() as server:
        village.configure(server.port)
        report = run(village, "report", LATE, **SEND)
        assert (report["state"], report["exit_status"], report["mails"]["handed"]) == ("done", 0, 2)
        assert [address for address, _ in server.accepted] == [LEADER, OPS]
        assert written(village) == {WEEK}
        for path in report["files"]:
            assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
        mail = text(server.accepted[0][1])
        assert "Kính gửi: Đồng chí Chủ tịch UBND tỉnh" in mail
        assert "UBND xã Alpha (A): đã giải quyết 1; quá hạn 1; đang giải quyết 2; đang quá hạn 2" in mail
        assert "UBND xã Beta (B): đã giải quyết 1; quá hạn 0; đang giải quyết 1; đang quá hạn 1" in mail
        before = village.dump()
        for again in (LATE + timedelta(minutes=1), THURSDAY):
            assert run(village, "report", again, **SEND)["state"] == "nothing_to_do"
        assert village.dump() == before
        mailed = pages(report)
        run(village, "report", LATE + timedelta(minutes=2), send=True, period="week")
        assert (len(server.accepted), states(village)) == (2, {LEADER: ("handed",), OPS: ("handed",)})
        assert pages(report) == mailed, "the file that the mails name says what they say"
        assert written(village) == {WEEK, f"{WEEK}-luc-20261123-1042"}


def test_a_week_and_a_month_that_begin_or_end_together_are_two_mails(run, village: Village) -> None:
    """June 2026 begins with a Monday, as its first week does; the end of June falls into a week that is due too."""
    with ScriptedSmtp() as server:
        village.configure(server.port)
        village.acting(forget_flag_runs)
        for day, handed in (
            (datetime(2026, 6, 8, 10, 40, tzinfo=HANOI), 2),
            (datetime(2026, 7, 1, 10, 40, tzinfo=HANOI), 4),
        ):
            assert run(village, "report", day, **SEND)["mails"]["handed"] == handed
        assert states(village) == {LEADER: ("handed",) * 3, OPS: ("handed",) * 3}
        assert written(village) == {"bao-cao-2026-W23", "bao-cao-2026-W26", "bao-cao-2026-06"}


def forget_flag_runs(conn: Any) -> None:
    from warehouse.tables import flag_runs

    conn.execute(flag_runs.delete())


def test_nothing_goes_out_on_a_day_off_or_when_it_is_too_late_to_be_news(run, village: Village) -> None:
    for at in (HOLIDAY, FRIDAY):
        report = run(village, "report", at, **SEND)
        assert (report["state"], report["exit_status"], report["mails"]["composed"]) == ("nothing_to_do", 0, 0)
    assert (written(village), states(village)) == (set(), {})


def test_a_day_missed_is_made_up_for(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        assert run(village, "report", THURSDAY, **SEND)["mails"]["handed"] == 2


# --- under the rules of every mail ---------------------------------------------------------------------------------


def test_the_stop_button_and_the_mode_hold_reports_too(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        stop(village)
        run(village, "report", LATE, **SEND)
        assert states(village) == {LEADER: ("planned",), OPS: ("planned",)}
        village.acting(lambda conn: desk.start_mail(conn, "Ops", "", LATE))
        mode(village, "ops")
        run(village, "report", LATE + timedelta(minutes=5), **SEND)
        assert states(village) == {LEADER: ("held",), OPS: ("held",)}
        mode(village, "live")
        assert run(village, "report", LATE + timedelta(minutes=10), **SEND)["mails"]["handed"] == 2


def test_a_report_follows_the_window_of_the_reminders_until_catching_up_ends(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        assert "15:00" in run(village, "report", LATE.replace(hour=15, minute=30), **SEND)["mail_waits"]
        assert states(village) == {LEADER: ("planned",), OPS: ("planned",)}
        assert run(village, "report", THURSDAY, **SEND)["mails"]["handed"] == 2
        assert states(village) == {LEADER: ("expired", "handed"), OPS: ("expired", "handed")}


def test_reminders_and_reports_leave_each_other_alone(run, village: Village) -> None:
    """A planned report is no reminder that nobody wants any more, a handed one is nobody's last mail."""
    with ScriptedSmtp() as server:
        village.configure(server.port)
        stop(village)
        run(village, "report", MONDAY - timedelta(minutes=5), **SEND)
        run(village, "remind")
        assert states(village) == {LEADER: ("planned",), OPS: ("planned",)}
        village.acting(lambda conn: desk.start_mail(conn, "Ops", "", MONDAY))
        later = MONDAY + timedelta(minutes=15)
        assert run(village, "remind", later)["mails"]["handed"] == 2
        assert run(village, "report", later, **SEND)["mails"]["handed"] == 2
        again = run(village, "remind", later + timedelta(minutes=15))
        assert (again["state"], village.mails()) == ("nothing_to_do", {ALPHA: ("handed",), BETA: ("handed",)})


def test_an_answer_that_was_lost_is_no_reason_to_send_again(run, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        village.configure(server.port)
        assert run(village, "report", LATE, **SEND)["exit_status"] == 5
        assert run(village, "report", THURSDAY, **SEND)["mails"]["handed"] == 0
        assert states(village) == {LEADER: ("uncertain",), OPS: ("handed",)}


def test_what_a_person_cancelled_is_not_composed_again(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        stop(village)
        run(village, "report", LATE, **SEND)
        number = village.mail_id(LEADER)
        village.acting(lambda conn: desk.cancel_mail(conn, number, "Ops", "số liệu sai", LATE))
        village.acting(lambda conn: desk.start_mail(conn, "Ops", "", LATE))
        for at in (LATE + timedelta(minutes=5), THURSDAY):
            run(village, "report", at, **SEND)
        assert states(village) == {LEADER: ("expired",), OPS: ("handed",)}


def test_a_correction_before_it_left_takes_the_place_of_the_first(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        stop(village)
        run(village, "report", LATE, **SEND)
        village.drop("ho-so", [dossier(2, "A", "9", "20/11/2026 09:00")], LATE + timedelta(minutes=1))
        run(village, "sync", LATE + timedelta(minutes=2), source="ho-so")
        village.acting(lambda conn: desk.start_mail(conn, "Ops", "", LATE))
        run(village, "report", LATE + timedelta(minutes=5), send=True, period="week")
        assert states(village) == {LEADER: ("superseded", "handed"), OPS: ("superseded", "handed")}
        assert "Đã giải quyết 3 hồ sơ: trước hạn 0, đúng hạn 1, quá hạn 2" in text(server.accepted[0][1])


def test_a_dry_run_shows_the_mails_and_writes_nothing_down(run, village: Village, tmp_path: Path) -> None:
    before = village.files()
    report = run(village, "report", LATE, dry_run=True, out=str(tmp_path / "out"), **SEND)
    assert len(list((tmp_path / "out").glob("*-report-*.eml"))) == 2
    assert {Path(path).parent for path in report["files"]} == {tmp_path / "out"}
    assert run(village, "report", LATE, dry_run=True)["files"] == []
    assert village.files() == before


# --- the past ------------------------------------------------------------------------------------------------------


def test_the_same_bytes_of_the_past_whatever_has_happened_since(run, village: Village, tmp_path: Path) -> None:
    """Since then: dossiers finished and reopened, a unit renamed, a lost mail resolved, a dispute, a bad row."""
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        village.configure(server.port)
        run(village, "remind")
        number = village.mail_id(ALPHA)
        then = {kind: pages(run(village, "report", NEXT_WEEK, period=kind)) for kind in ("week", "month")}
        sheet = pages(run(village, "report", NEXT_WEEK, unit="A"))
        assert "Không rõ đã tới" in then["week"][0].decode()
        after = NEXT_WEEK + timedelta(minutes=30)
        village.acting(lambda conn: desk.resolve_uncertain(conn, number, "handed", "Ops", after))
        village.acting(lambda conn: dispute(conn, after))
        rows = [dossier(1, "A", "9", "25/11/2026 09:00"), dossier(4, "A"), dossier(9, "A", resolved="99/99/2026")]
        village.drop("ho-so", rows, after)
        units = [{"unit_code": "A", "name": "UBND phường Alpha Mới", "kind": "ward", "parent_code": "TINH"}]
        village.drop(
            "don-vi", [*units, {"unit_code": "B", "name": "UBND xã B", "kind": "ward", "parent_code": ""}], after
        )
        for flow in ("sync", "flag"):
            run(village, flow, after + timedelta(minutes=5))
    moment, out = NEXT_WEEK.isoformat(), str(tmp_path / "again")
    for kind, bytes_then in then.items():
        assert pages(run(village, "report", "", known_at=moment, period=kind, out=out)) == bytes_then
    assert pages(run(village, "report", "", known_at=moment, unit="A", out=out)) == sheet
    now = run(village, "report", NEXT_WEEK, known_at=(after + timedelta(hours=1)).isoformat(), period="week")
    assert "UBND phường Alpha Mới" in pages(now)[0].decode()
    assert pages(now)[0] != then["week"][0]
    assert re.search(r"-biet-\d{8}-\d{4}\.html", now["files"][0]), "what was printed then is not overwritten"


def dispute(conn: Any, at: datetime) -> None:
    from warehouse import flag_store

    row = flag_store.open_flags(conn)[0]
    item = {"item_key": row["item_key"], "code": row["code"], "content_hash": "x"}
    desk.open_dispute(conn, **item, reason="đã trả", by="Ops", opened_on=at.date(), now=at)


def test_a_report_of_the_past_sends_nothing_and_needs_no_lock(run, village: Village) -> None:
    from warehouse.engine import open_engine
    from warehouse.run_lock import run_lock

    engine = open_engine(village.url)
    with run_lock(engine, "somebody"):
        report = run(village, "report", LATE, known_at=DAWN.isoformat(), send=True)
    engine.dispose()
    assert (report["exit_status"], len(report["files"]), states(village)) == (0, 2, {})


def test_what_cannot_be_asked_is_refused_in_a_sentence(run, village: Village) -> None:
    with pytest.raises(RequestRefusedError, match="XYZ"):
        run(village, "report", LATE, unit="XYZ")
    with pytest.raises(AsOfRefusedError, match="hôm qua"):
        run(village, "report", LATE, known_at="hôm qua")
    village.acting(lambda conn: retention.note(conn, "r", "2026-11-22", SWEPT, LATE))
    for unit in ("", "A"):
        with pytest.raises(RequestRefusedError, match="24/11/2025"):
            run(village, "report", LATE, known_at="2025-11-20T07:30", unit=unit, period="week")
    with pytest.raises(RequestRefusedError, match=r"dondoc\.toml"):
        run(village, "report", LATE, out=str(village.config))
