"""Slots: what comes late, twice, outside its window or by a wrong clock does no harm and is told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from importlib import import_module
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.flow_engine import run_flow

from deployments.schedules import DEPLOYMENTS
from flows.deploying import as_deployment
from flows.reports import newest_report
from tasks import clock
from tests.cli.test_cli_runs import took
from tests.flows.village import ALPHA, BETA, DOSSIERS, MONDAY, OPS, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from tests.told_desk import typed_in

pytestmark = pytest.mark.slow
ELEVEN, HALF_PAST_TWO, FOUR = (MONDAY.replace(hour=h, minute=m) for h, m in ((11, 0), (14, 30), (16, 0)))
THURSDAY = WEDNESDAY + timedelta(days=1)
EVERYBODY_ONCE = {ALPHA: 1, BETA: 1, OPS: 1}


def text_of(server: ScriptedSmtp, address: str) -> str:
    """The last mail to that address, as it is read."""
    body = [body for to, body in server.accepted if to == address][-1]
    return " ".join(message_from_bytes(body, policy=policy.default).get_body(("plain",)).get_content().split())


# --- late and twice -----------------------------------------------------------------------------------------------


def missed_slots(village: Village, flow: str, number: int = 3) -> list[dict[str, Any]]:
    """The server makes the runs that the flow's cron missed before Monday; now they all start, oldest first."""
    (row,) = [row for row in DEPLOYMENTS if row.name == flow]
    row = replace(row, parameters={"as_of": MONDAY.isoformat(), **row.parameters})
    deployment = as_deployment(row, str(village.config)).apply()
    since = min(MONDAY, clock.machine_now()) - timedelta(days=4)
    with get_client(sync_client=True) as client:
        asked = {"start_time": since.isoformat(), "end_time": (since + timedelta(days=3)).isoformat()}
        client._client.post(f"/deployments/{deployment}/schedule", json=asked).raise_for_status()
        ours = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
        made = client.read_flow_runs(deployment_filter=ours)
    reports = []
    for late in sorted(made, key=lambda run: run.expected_start_time)[:number]:
        assert late.auto_scheduled
        chosen = getattr(import_module(f"flows.{flow}_run"), f"{flow}_run")
        run_flow(chosen, flow_run=late, return_type="state")
        reports.append(newest_report())
    return reports


def test_after_three_days_without_power_one_late_run_of_each_flow_works(run, empty_village: Village) -> None:
    with ScriptedSmtp() as server:
        village = empty_village.configure(server.port)
        late = {flow: missed_slots(village, flow) for flow in ("morning", "sync", "remind", "bulletin")}
        assert took(server) == EVERYBODY_ONCE
        for flow, reports in late.items():
            first, *others = reports
            assert [report["why_idle"] for report in others] == ["overtaken"] * 2, flow
            assert first["why_idle"] is None, flow
            assert [report["sources"] for report in others] == [[], []]
        by_hand = run(village, "sync")
        assert (by_hand["why_idle"], len(by_hand["sources"])) == (None, 3)  # what a person asks for is never late
        assert run(village, "morning")["why_idle"] == "slot_done"
        assert took(server) == EVERYBODY_ONCE


def test_a_morning_before_the_window_is_repeated_before_its_mails_go_out(run, village: Village) -> None:
    """Power came back, a late slot did the morning; then the one-stop's file of today says what is done."""
    early, done = (MONDAY.replace(hour=6, minute=minute) for minute in (35, 50))
    with ScriptedSmtp() as server:
        village.configure(server.port)
        assert run(village, "morning", early)["mails"]["composed"] == 2
        assert run(village, "morning", early + timedelta(minutes=5))["why_idle"] == "slot_done"
        resolved = [dossier(number, "A", "9", "20/11/2026 09:00") for number in (1, 2)]
        village.drop("ho-so", [*resolved, *DOSSIERS[2:]], done)
        run(village, "morning")
        run(village, "remind", MONDAY.replace(minute=50))
        assert (took(server)[BETA], ALPHA in took(server)) == (1, False)
        assert run(village, "morning", ELEVEN)["why_idle"] == "slot_done"


# --- the window was missed ----------------------------------------------------------------------------------------


def test_a_morning_after_the_window_composes_and_says_how_its_mails_may_still_go_out(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        report = run(village, "morning", ELEVEN)
        assert (report["exit_status"], report["mails"]["composed"], took(server)) == (0, 2, {OPS: 1})
        for told in (report["mail_waits"], text_of(server, OPS), typed_in(village.folder)("status")):
            assert "15:00" in told
            assert "--outside-window --reason" in told
        assert run(village, "remind", HALF_PAST_TWO)["mails"]["handed"] == 0
        late = run(village, "remind", HALF_PAST_TWO, outside_window=True, reason="mất điện từ 07:00")
        assert (late["mails"]["handed"], took(server)) == (2, EVERYBODY_ONCE)
        assert "outside-window" not in typed_in(village.folder)("status")


def test_too_late_even_for_that_they_lapse_and_come_with_the_next_day(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        run(village, "morning", ELEVEN)
        assert run(village, "remind", FOUR, outside_window=True, reason="mất điện")["mails"]["handed"] == 0
        assert village.mails() == {ALPHA: ("planned",), BETA: ("planned",)}
        village.drop("ho-so", DOSSIERS, WEDNESDAY.replace(hour=6))
        run(village, "morning", WEDNESDAY)
        assert village.mails() == {ALPHA: ("expired", "handed"), BETA: ("expired", "handed")}
        assert took(server) == {ALPHA: 1, BETA: 1, OPS: 2}


# --- the machine's clock ------------------------------------------------------------------------------------------


class Machine:
    """A machine whose clock says what it is told; its warehouse is no sandbox."""

    def __init__(self, run, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run, self._village = run, village
        self.now, self.looks = MONDAY, 0
        machine = self

        class Told(datetime):
            @classmethod
            def now(cls, tz=None):
                machine.looks += 1
                return (machine.now + timedelta(milliseconds=machine.looks)).astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Told)

    def __call__(self, flow: str, now: datetime) -> dict[str, Any]:
        self.now = now
        return self._run(self._village, flow, "")


@pytest.fixture
def machine(run, village: Village, monkeypatch: pytest.MonkeyPatch) -> Machine:
    village.configure(sandbox="false")
    return Machine(run, village, monkeypatch)


def test_a_clock_put_back_an_hour_mails_nobody_twice(machine: Machine, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        assert machine("morning", MONDAY + timedelta(hours=1))["mails"]["handed"] == 2
        for flow in ("morning", "sync", "remind", "bulletin"):
            report = machine(flow, MONDAY)
            assert (report["exit_status"], report["mails"]["handed"]) == (0, 0), flow
        assert took(server) == EVERYBODY_ONCE


def test_a_clock_a_day_ahead_and_set_right_again_mails_nobody_twice(machine: Machine, village: Village) -> None:
    village.drop("ho-so", DOSSIERS, WEDNESDAY.replace(hour=6))
    with ScriptedSmtp() as server:
        village.configure(server.port)
        assert machine("morning", THURSDAY)["mails"]["handed"] == 2
        for now, why in ((WEDNESDAY + timedelta(hours=1), None), (THURSDAY, "slot_done")):
            report = machine("morning", now)
            assert (report["exit_status"], report["why_idle"], report["mails"]["handed"]) == (0, why, 0)
        assert took(server) == {ALPHA: 1, BETA: 1, OPS: 2}  # ops had a bulletin for each of both days


def test_at_midnight_the_day_begins_and_its_mails_wait_for_the_window(machine: Machine, village: Village) -> None:
    midnight = WEDNESDAY.replace(hour=0, minute=0)
    with ScriptedSmtp() as server:
        village.configure(server.port)
        assert machine("morning", midnight - timedelta(seconds=1))["why_idle"] == "day_off"
        assert machine("morning", midnight)["mails"]["composed"] == 2
        assert took(server) == {OPS: 1}
        assert machine("morning", WEDNESDAY)["mails"]["handed"] == 2
        assert machine("remind", WEDNESDAY + timedelta(minutes=20))["mails"]["handed"] == 0
        assert took(server) == EVERYBODY_ONCE


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2024, 2, 29), None),
        (date(2026, 1, 10), None),  # a make-up Saturday
        (date(2026, 1, 17), "day_off"),  # an ordinary one
        (date(2026, 2, 17), "day_off"),  # Tết
    ],
)
def test_the_calendar_decides_which_mornings_are_worked(run, empty_village: Village, day: date, why) -> None:
    empty_village.configure(sources="")  # what there is to pull is not the question
    assert run(empty_village, "morning", f"{day}T07:30")["why_idle"] == why
