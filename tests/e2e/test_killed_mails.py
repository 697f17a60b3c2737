"""A run killed while a message is on its way: the mail stays uncertain, is never sent again, and nothing is forgotten.

The kills come from the mail server itself, at the moments that matter.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from deployments.demo.posts import DOMAIN
from deployments.demo.story import DAYS, morning
from tests.e2e.invariants import (
    books,
    check_as_undisturbed,
    check_comes_again,
    check_ids,
    check_ledger,
    check_nothing_forgotten,
    in_doubt,
    ledger,
)
from tests.e2e.killing import Stage, Zygote, stage
from tests.e2e.records import ITEMS, RECIPIENTS, text_of
from tests.e2e.stagehands import WAREHOUSE, Play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MONDAY, WEDNESDAY, FRIDAY = DAYS[0], DAYS[2], DAYS[4]
H1, H2 = f"chutich.thoilong@{DOMAIN}", f"phochutich.thanhan@{DOMAIN}"
INSPECTING = f"giamdoc.snv@{DOMAIN}"


@pytest.fixture
def at_work(tmp_path: Path, zygote: Zygote) -> Iterator[Stage]:
    with stage(tmp_path, zygote) as made:
        yield made


def _told_on(where: Stage, day: date) -> dict[str, str]:
    """Who got what that morning, ops apart: recipient → text."""
    mails = [c for c in where.catcher.caught if c.message["Date"].datetime.date() == day]
    told = {RECIPIENTS[c.recipients[0]]: text_of(c.message) for c in mails}
    return {to: text for to, text in told.items() if to != "ops"}


def _asked(where: Stage, day: date, to: str) -> dict[str, tuple[int, date | None]]:
    """What the handed mail of that day asks of somebody: item → level, date announced for the next one."""
    with books(where.settings.warehouse.url) as conn:
        (mail,) = [m for m in ledger(conn, day) if RECIPIENTS[m["address"]] == to and m["state"] == "handed"]
    items = [item for item in mail["items"] if item["role"] == "asked"]
    return {ITEMS[item["code"]]: (item["level"], item["announced_on"]) for item in items}


def _block_the_books_and_kill(where: Stage) -> bool:
    """The server answers 250, but the dead never get to write that down."""
    other = sqlite3.connect(where.folder / WAREHOUSE, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def end() -> None:
        where.kill()
        other.close()

    asyncio.get_running_loop().call_later(0.2, end)
    return True


def test_killed_while_claimed_it_is_sent_once_later(at_work: Stage, sqlite_play: Play) -> None:
    at_work.set_scene(morning(MONDAY))
    at_work.catcher.on_recipient = at_work.kill_for(H1)
    assert at_work.run(morning(MONDAY)) is None
    assert H1 not in [c.recipients[0] for c in at_work.catcher.caught]
    assert at_work.finish(morning(MONDAY))["exit_status"] == 0
    check_as_undisturbed(at_work.settings.warehouse.url, MONDAY, list(at_work.catcher.caught), sqlite_play)


def test_killed_in_the_message(at_work: Stage, sqlite_play: Play) -> None:
    """Three mails of the first morning: one lost on the way, one taken unanswered, one answered to nobody."""
    url, at, catcher = at_work.settings.warehouse.url, morning(MONDAY), at_work.catcher
    at_work.set_scene(at)
    catcher.on_message = at_work.kill_for(H1)
    assert at_work.run(at) is None
    catcher.on_kept = at_work.kill_for(H2)
    assert at_work.run(at) is None
    catcher.on_kept = lambda to: to == INSPECTING and _block_the_books_and_kill(at_work)
    assert at_work.run(at) is None

    report = at_work.finish(at)
    assert (report["exit_status"], report["mails"]["uncertain"], report["mails"]["handed"]) == (5, 1, 0)
    doubtful = in_doubt(url, MONDAY)
    assert {m["address"] for m in doubtful} == {H1, H2, INSPECTING}
    accepted = Counter(c.recipients[0] for c in catcher.caught)
    assert (accepted[H1], accepted[H2], accepted[INSPECTING]) == (0, 1, 1)
    _never_again(at_work)
    check_ledger(url, MONDAY, list(catcher.caught), sqlite_play)
    check_nothing_forgotten(url, MONDAY)
    bulletin = next(c for c in reversed(catcher.caught) if RECIPIENTS[c.recipients[0]] == "ops")
    for mail in doubtful:
        assert mail["post"] in text_of(bulletin.message)  # ops know at once

    _their_items_come_the_next_business_day(at_work, sqlite_play, doubtful)
    _their_levels_count_from_then(at_work)
    check_ids(catcher.caught)


def _never_again(where: Stage) -> None:
    before = len(where.catcher.caught)
    for flow in ("morning", "remind"):
        where.finish(morning(MONDAY), flow)
    assert len(where.catcher.caught) == before


def _their_items_come_the_next_business_day(where: Stage, undisturbed: Play, doubtful: list[dict]) -> None:
    url, at = where.settings.warehouse.url, morning(WEDNESDAY)
    where.set_scene(at)
    assert where.finish(at)["exit_status"] == 0
    check_comes_again(url, WEDNESDAY, doubtful)
    check_nothing_forgotten(url, WEDNESDAY)
    told = _told_on(where, WEDNESDAY)
    assert sorted(told) == ["H1", "H2", "H4", "I"]
    as_always = {RECIPIENTS[undisturbed.message(m)["To"]]: m for m in undisturbed.morning(WEDNESDAY)["mails"]}
    assert told["H4"] == text_of(undisturbed.message(as_always["H4"]))
    later = date(2026, 11, 30)  # the third working day after this mail, not after Monday's
    assert _asked(where, WEDNESDAY, "H2") == {"A1": (1, later), "R1": (1, later)}
    assert _asked(where, WEDNESDAY, "H1")["T1"] == (1, later)


def _their_levels_count_from_then(where: Stage) -> None:
    """On Friday the vice chairman of the city reads of those who were surely told on Monday, and of nobody else."""
    for day in (DAYS[3], FRIDAY):
        where.set_scene(morning(day))
        where.finish(morning(day))
    assert set(_asked(where, FRIDAY, "P")) == {"R4", "T6"}
    assert {item: level for item, (level, _) in _asked(where, FRIDAY, "H3").items()} == {"R4": 2}
