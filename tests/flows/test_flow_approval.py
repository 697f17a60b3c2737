"""Approving in Prefect: a run that waits for a person holds nothing, and only his word moves a mail."""

import contextvars
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.flows.village import ALPHA, BETA, DOSSIERS, MONDAY, Run, Village, dossier
from tests.integration.test_up import eventually
from tests.prefect_server import PROJECT, environment
from tests.scripted_smtp import ScriptedSmtp
from warehouse import desk

pytestmark = pytest.mark.slow
SOON = MONDAY + timedelta(minutes=15)
EVERY_MAIL = """
[reminders]
ladder = [{level = 1, after_working_days = 0, audience = "head", approval = true}]
"""
CHIEF, CLERK = "Chánh Văn phòng", "Bộ phận vận hành"
APPROVE, DROP = "duyệt, cho gửi", "không gửi hôm nay"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp() as server:
        yield server


@pytest.fixture(scope="module")
def composed(run: Run, synced: Village, server: ScriptedSmtp, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """Two mails, both of which wait for a person."""
    village = synced.copied(tmp_path_factory.mktemp("composed") / "village").configure(server.port, mail=EVERY_MAIL)
    run(village, "remind")
    assert village.mails() == {ALPHA: ("held",), BETA: ("held",)}
    return village


@pytest.fixture
def village(composed: Village, tmp_path: Path) -> Village:
    return composed.copied(tmp_path / "village")


def api(method: str, path: str, **body: Any) -> Any:
    from prefect.settings import PREFECT_API_URL

    answer = httpx.request(method, f"{PREFECT_API_URL.value()}{path}", json=body or None, timeout=30, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


class Asking:
    """An approval under way in a thread of its own, as a runner's child would do it; the test is the person."""

    def __init__(self, village: Village, at: datetime = SOON) -> None:
        from flows.approve_run import approve_run

        self.states: list[Any] = []
        self.asked = {"config": str(village.config), "submitted_by": CLERK, "as_of": at.isoformat()}

        def ask() -> None:
            self.states.append(approve_run(return_state=True, **self.asked))

        inherited = contextvars.copy_context()
        self.thread = Thread(target=inherited.run, args=(ask,), daemon=True)
        self.thread.start()

    def until_paused(self, after: str = "") -> str:
        """The id of the run, once it waits; `after`: the pause that was answered already."""
        return str(eventually(lambda: self._paused(after), "the run waits for an answer"))

    def _paused(self, after: str) -> str:
        assert not self.states, self.states[0]
        for one in paused_runs():
            if one["parameters"]["config"] == self.asked["config"] and one["state"]["id"] != after:
                self.pause = one["state"]["id"]
                self.keys = one["state"]["state_details"]["run_input_keyset"]
                return str(one["id"])
        return ""

    def told(self, run_id: str, what: str) -> Any:
        return api("GET", f"/flow_runs/{run_id}/input/{self.keys[what]}")

    def answer(self, run_id: str, **given: str) -> dict[str, Any]:
        return dict(api("POST", f"/flow_runs/{run_id}/resume", run_input=given))

    def ended(self) -> Any:
        self.thread.join(120)
        return self.states[0]


def paused_runs() -> list[dict[str, Any]]:
    return list(api("POST", "/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["PAUSED"]}}}))


def field(village: Village, address: str) -> str:
    return f"mail_{village.mail_id(address)}"


def acts(village: Village) -> list[tuple[str, str]]:
    return sorted((row["act"], row["by"]) for row in village.reading(desk.audit_rows))


def test_what_is_approved_goes_out_at_once_and_the_rest_stays(run: Run, village: Village, server: ScriptedSmtp) -> None:
    before = len(server.accepted)
    asking = Asking(village)
    number = asking.until_paused()
    assert run(village, "remind", SOON)["exit_status"] == 0  # a run beside it is not kept waiting, and moves nothing
    assert len(server.accepted) == before
    assert "Bộ phận vận hành" in asking.told(number, "description")
    schema = asking.told(number, "schema")
    assert set(schema["properties"]) == {"approver", "reason", field(village, ALPHA), field(village, BETA)}
    assert schema["properties"][field(village, ALPHA)]["title"].endswith("Chủ tịch UBND xã Alpha")
    (table,) = api("POST", "/artifacts/filter", artifacts={"flow_run_id": {"any_": [number]}})
    assert [code in table["data"] for code in (d["dossier_code"] for d in DOSSIERS)] == [True] * len(DOSSIERS)
    asking.answer(number, approver=CHIEF, **{field(village, ALPHA): APPROVE})
    state = asking.ended()
    assert (state.is_completed(), "duyệt 1, không gửi 0, chưa quyết định 1" in state.message) == (True, True), state
    assert village.mails() == {ALPHA: ("handed",), BETA: ("held",)}
    assert [address for address, _ in server.accepted[before:]] == [ALPHA]
    assert acts(village) == [("outbox_approve", CHIEF)]


def test_what_is_approved_after_the_window_waits_and_its_approver_is_told_so(run: Run, village: Village) -> None:
    asking = Asking(village, MONDAY.replace(hour=11))
    asking.answer(asking.until_paused(), approver=CHIEF, **{field(village, ALPHA): APPROVE})
    message = asking.ended().message
    assert village.mails() == {ALPHA: ("planned",), BETA: ("held",)}
    assert "Gửi bù đến 15:00: --outside-window --reason" in message, message


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"approver": f"  {CLERK.upper()} "}, "phải khác người trình"),
        ({"approver": " "}, "ghi người duyệt"),
        ({"approver": CHIEF, "drop": DROP}, "phải nêu lý do"),
    ],
)
def test_a_faulty_answer_moves_nothing_and_is_asked_for_again(
    run: Run, village: Village, given: dict[str, str], fault: str
) -> None:
    mail = field(village, ALPHA)
    asking = Asking(village)
    number = asking.until_paused()
    asking.answer(number, approver=given["approver"], **{mail: given.get("drop", APPROVE)})
    again = asking.until_paused(after=asking.pause)
    assert fault in asking.told(again, "description")
    assert (village.mails()[ALPHA], acts(village)) == (("held",), [])
    asking.answer(again, approver=CHIEF, reason="đang xử lý", **{mail: DROP})
    assert "không gửi 1" in asking.ended().message
    assert (village.mails()[ALPHA], acts(village)) == (("expired",), [("outbox_cancel", CHIEF)])


def test_prefect_itself_refuses_what_the_form_does_not_offer(run: Run, village: Village) -> None:
    asking = Asking(village)
    number = asking.until_paused()
    for given in (
        {"approver": ""},
        {},
        {"approver": CHIEF, field(village, ALPHA): "sure"},
        {"approver": CHIEF, "x": "y"},
    ):
        assert asking.answer(number, **given)["status"] == "REJECT", given
    asking.answer(number, approver=CHIEF)
    assert "chưa quyết định 2" in asking.ended().message
    assert (village.mails(), acts(village)) == ({ALPHA: ("held",), BETA: ("held",)}, [])


def test_a_mail_that_changed_while_somebody_thought_is_not_approved(run: Run, village: Village) -> None:
    old = field(village, ALPHA)
    asking = Asking(village)
    number = asking.until_paused()
    village.drop("ho-so", [dossier(1, "A", "9", "23/11/2026 07:35"), *DOSSIERS[1:]], SOON - timedelta(minutes=5))
    run(village, "sync", SOON)
    run(village, "remind", SOON)
    assert village.mails()[ALPHA] == ("superseded", "held")
    asking.answer(number, approver=CHIEF, **{old: APPROVE})
    message = asking.ended().message
    assert "duyệt 0" in message
    assert f"thư số {old.removeprefix('mail_')}" in message
    assert (village.mails()[ALPHA], acts(village)) == (("superseded", "held"), [])


def _at(hour: int, minute: int, second: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute, second=second)


@pytest.mark.parametrize(
    ("at", "said"),
    [(_at(14, 59, 57), "Không ai trả lời trước 15:00"), (_at(15, 0), "Đã quá 15:00")],
    ids=["nobody answers", "too late to ask"],
)
def test_without_an_answer_it_ends_politely(run: Run, village: Village, at: datetime, said: str) -> None:
    state = Asking(village, at).ended()
    assert (state.is_completed(), said in state.message) == (True, True), state
    assert (village.mails(), acts(village)) == ({ALPHA: ("held",), BETA: ("held",)}, [])


def test_where_nothing_waits_it_says_so(run: Run, synced: Village, tmp_path: Path) -> None:
    assert "không có thư nào" in Asking(synced.copied(tmp_path / "village")).ended().message


def test_killed_while_it_waits_it_has_changed_nothing(run: Run, village: Village, tmp_path: Path) -> None:
    from prefect.settings import PREFECT_API_URL

    before = village.dump(run_log=True)
    asked = f"config={str(village.config)!r}, submitted_by={CLERK!r}, as_of={SOON.isoformat()!r}"
    child = subprocess.Popen(
        [sys.executable, "-c", f"from flows.approve_run import approve_run; approve_run({asked})"],
        cwd=PROJECT,
        env=environment(tmp_path / "home", str(PREFECT_API_URL.value())),
    )
    mine: Callable[[], Any] = lambda: any(r["parameters"]["config"] == str(village.config) for r in paused_runs())  # noqa: E731
    try:
        eventually(mine, "the child waits for an answer")
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert village.dump(run_log=True) == before
