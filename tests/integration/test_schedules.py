"""When the flows run, asked of Prefect's own scheduler; and which missed slots are worth running late."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from deployments.schedules import DEPLOYMENTS
from tasks.rules.timezone import HANOI

SUNDAY_NOON = datetime(2026, 11, 22, 12, 0, tzinfo=HANOI)
BY_NAME = {row.name: row for row in DEPLOYMENTS}


def fire_times(name: str, count: int, start: datetime = SUNDAY_NOON) -> list[datetime]:
    """The next times at which Prefect would start the deployment, in Hanoi time."""
    from prefect.server.schemas.schedules import CronSchedule

    row = BY_NAME[name]
    found: list[datetime] = []
    for cron in row.crons:
        found += asyncio.run(CronSchedule(cron=cron, timezone=row.timezone).get_dates(count, start))
    return sorted(one.astimezone(HANOI) for one in found)[:count]


def clock_times(name: str) -> list[str]:
    """Times of one whole day."""
    midnight = datetime(2026, 11, 23, tzinfo=HANOI)
    return [f"{at:%H:%M}" for at in fire_times(name, 100, midnight) if at < midnight + timedelta(days=1)]


def test_the_morning_slot_is_half_past_midnight_utc() -> None:
    assert BY_NAME["morning"].crons == ("30 7 * * *",)
    days = [datetime(2026, 11, day, 0, 30, tzinfo=UTC) for day in (23, 24, 25)]
    assert fire_times("morning", 3) == days  # the holiday of the 24th too: the flow asks the calendar


def test_a_whole_day() -> None:
    half_hours = [f"{hour:02}:{minute:02}" for hour in range(8, 17) for minute in (0, 30)]
    quarters = [f"{hour:02}:{minute:02}" for hour in (8, 9) for minute in (5, 20, 35, 50)]
    assert clock_times("sync") == [*half_hours, "17:00"]
    assert clock_times("remind") == ["07:50", *quarters]
    assert clock_times("bulletin") == ["07:45"]
    assert clock_times("flag") == []


def test_no_two_start_in_the_same_minute() -> None:
    started = [at for row in DEPLOYMENTS for at in clock_times(row.name)]
    assert len(started) == len(set(started))


TODAY = date(2026, 11, 23)
MORNING, SYNC = uuid4(), uuid4()


def missed(deployment: UUID, at: str, *, by_cron: bool = True):
    """A run that nobody began."""
    from prefect.client.schemas.objects import FlowRun

    due = datetime.fromisoformat(at).replace(tzinfo=HANOI)
    return FlowRun(flow_id=uuid4(), deployment_id=deployment, expected_start_time=due, auto_scheduled=by_cron)


@pytest.mark.parametrize(
    ("what", "runs", "dropped"),
    [
        ("nothing was missed", [], []),
        ("this morning runs late", [missed(MORNING, "2026-11-23T07:30")], []),
        ("yesterday's is over", [missed(MORNING, "2026-11-22T07:30")], [0]),
        (
            "the newest of today does the work of all",
            [missed(SYNC, "2026-11-23T09:00"), missed(SYNC, "2026-11-22T17:00"), missed(SYNC, "2026-11-23T08:30")],
            [1, 2],
        ),
        ("each flow has its own", [missed(SYNC, "2026-11-23T08:00"), missed(MORNING, "2026-11-23T07:30")], []),
        ("what a person asked for stays", [missed(SYNC, "2026-11-20T08:00", by_cron=False)], []),
        ("in Hanoi it was yesterday", [missed(SYNC, "2026-11-22T23:59")], [0]),
    ],
)
def test_missed_slots(what: str, runs: list, dropped: list[int]) -> None:
    from flows.serving import outdated_slots

    assert {run.id for run in outdated_slots(runs, TODAY)} == {runs[i].id for i in dropped}, what


@pytest.mark.parametrize("pool", [None, "tinh"], ids=["served here", "of a worker"])
def test_of_what_looks_alive_only_our_own_is_settled_with_its_stages(pool: str | None) -> None:
    """A stage that is marked as crashed while its worker is at work breaks the whole run off."""
    from prefect.client.schemas.objects import FlowRun

    from flows.serving import settle_leftovers

    parent, stage = FlowRun(flow_id=uuid4(), work_pool_name=pool), FlowRun(flow_id=uuid4())
    settled = []

    class Server:
        def read_flow_runs(self, *, flow_run_filter: Any, **_: Any) -> list[FlowRun]:
            if flow_run_filter.expected_start_time:
                return []  # no slot was missed
            inside = flow_run_filter.parent_flow_run_id
            return [parent] if inside is None else [stage] if parent.id in inside.any_ else []

        def set_flow_run_state(self, number: Any, *_: Any, **__: Any) -> None:
            settled.append(number)

    settle_leftovers(Server(), ["morning"])  # type: ignore[arg-type]
    assert settled == ([] if pool else [stage.id, parent.id])
