"""Rows of one pull meet over its parts: wherever it is cut, the same rows come in and the same are refused."""

import random
import string
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from expectations.check_context import CheckContext
from tasks.intake.normalise import NormaliseContext
from tasks.part_intake import Intake, ignored_of, settle_keys
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tests.pulls import RawRecord, in_parts
from tests.unit.expectation_cases import frame_of, good
from tests.warehouse_samples import a_batch
from warehouse import current, loads, quarantine_desk, repeats, staging
from warehouse.engine import reading
from warehouse.sessions import load_session

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
MORNING, EVENING = "20/11/2026 08:00:00", "20/11/2026 16:00:00"
DOUBT = ["conflicting_duplicates"]

Row = Mapping[str, str | None]


def dossier(key: str, **changes: str | None) -> dict[str, str | None]:
    return good("dossiers", source_record_id=key, **changes)


def fates(engine, rows: Sequence[Row], size: int, *, load: bool = False, **intake) -> dict[str, object]:
    """What becomes of rows by their number; `at` counts hours before now, of which the row is told."""
    records = [
        RawRecord(
            values={name: text for name, text in row.items() if name != "at"},
            ref=f"sha256:00#{n}",
            moment=NOW - timedelta(hours=int(row.get("at") or 0)),
        )
        for n, row in enumerate(rows)
    ]
    take = Intake(
        dataset=DATASETS["dossiers"], normalise=NormaliseContext(as_of=NOW), check=CheckContext(now=NOW), **intake
    )
    with load_session(engine) as session:
        staged = session.step(lambda conn: staging.begin(conn, "dossiers"))
        first = 0
        for part in in_parts(records, size):
            session.step(lambda conn, part=part, first=first: take.take(conn, staged, part, first))
            first += len(part)
        settled = session.step(lambda conn: settle_keys(conn, staged))
        if load:
            batch = a_batch([], pulled=len(rows)).batch
            session.write(lambda conn: loads.merge(conn, batch, staged), lambda _: None)
        return session.step(lambda conn: _told(conn, staged, settled))


def _told(conn, staged, settled):
    bad = select(staged.aside.c.rid, staged.aside.c.reasons).where(staged.aside.c.fate == "quarantined")
    told = {
        "good": sorted(conn.execute(select(staged.rows.c.rid)).scalars()),
        "bad": {rid: [reason["code"] for reason in reasons] for rid, reasons in sorted(conn.execute(bad).tuples())},
        "duplicate": settled.duplicate,
        "ignored": dict(ignored_of(conn, staged, {}, settled)),
    }
    staging.end(conn, staged)
    return told


CASES = {
    "the same again far away": ([dossier("1"), dossier("2"), dossier("1")], [0, 1], {}, 1, {}),
    "the newer wins": (
        [dossier("1", updated_at=EVENING), dossier("1", status="9", updated_at=MORNING)],
        [0],
        {},
        1,
        {},
    ),
    "nothing tells the newer": (
        [dossier("1", updated_at=None), dossier("1", status="9", updated_at=None)],
        [],
        {0: DOUBT, 1: DOUBT},
        0,
        {},
    ),
    "a faulty newer one takes nothing away": (
        [dossier("1", updated_at=MORNING), dossier("1", status="abc", updated_at=EVENING)],
        [0],
        {1: ["status_unknown"]},
        0,
        {},
    ),
    "faulty and in doubt": (
        [dossier("1", updated_at=None), dossier("1", status="abc", updated_at=None)],
        [],
        {0: DOUBT, 1: ["status_unknown", *DOUBT]},
        0,
        {},
    ),
    "a later file tells it too": ([{**dossier("1"), "at": "9"}, dossier("1", status="9")], [1], {}, 0, {"older": 1}),
    "not received, and later it is": (
        [{**dossier("1", status="1"), "at": "9"}, dossier("1")],
        [1],
        {},
        0,
        {"older": 1},
    ),
    "received, and later it never was": (
        [{**dossier("1"), "at": "9"}, dossier("1", status="1"), dossier("2", status="1")],
        [],
        {},
        0,
        {"older": 1, "not_received": 2},
    ),
    "without any key each stands alone": (
        [good("dossiers", source_record_id=None, unit_code=None)] * 2,
        [],
        {0: ["unit_missing"], 1: ["unit_missing"]},
        0,
        {},
    ),
}


@pytest.mark.parametrize(("kind", "size"), [("sqlite", 1), ("postgresql", 2), ("sqlite", 50)])
@pytest.mark.parametrize("case", CASES)
def test_fates_do_not_depend_on_where_a_pull_is_cut(new_warehouse, case, kind, size):
    rows, kept, bad, duplicate, ignored = CASES[case]
    assert fates(new_warehouse(kind), rows, size) == {
        "good": kept,
        "bad": bad,
        "duplicate": duplicate,
        "ignored": ignored,
    }


def test_a_dossier_known_to_be_open_was_received_whatever_its_status_says(engine):
    told = fates(engine, [dossier("1", status="1"), dossier("2", status="1")], 1, known_open=frozenset({"1"}))
    assert (told["good"], told["ignored"]) == ([0], {"not_received": 1})


def test_what_a_person_released_is_no_fault_any_more(engine):
    rows = [dossier("1", status="4", due_at="01/10/2026"), dossier("2", due_at="01/10/2026")]
    before = fates(engine, rows, 50)
    assert before["bad"] == {0: ["due_before_received"], 1: ["due_before_received"]}
    frame = frame_of("dossiers", rows[0])
    let_go = frozenset({(frame["record_key"][0], frame["content_hash"][0])})
    told = fates(engine, rows, 50, released=let_go)
    assert (told["good"], list(told["bad"])) == ([0], [1])


def test_a_key_longer_than_any_index_takes_is_refused_and_stops_nothing(engine):
    """R9: 3,000 characters that do not compress; SQLite would take them, PostgreSQL would break the whole load."""
    endless = "".join(random.Random(1).choices(string.ascii_letters, k=3000))
    rows = [dossier(endless), dossier("1"), dossier("2", dossier_code=endless)]
    told = fates(engine, rows, 50, load=True)
    assert (told["good"], told["bad"]) == ([1], {0: ["code_too_long"], 2: ["code_too_long"]})
    with reading(engine) as conn:
        assert [row["record_key"] for row in current.current_rows(conn, "dossiers")] == ["1"]
        assert len(quarantine_desk.open_rows(conn)) == 2


ROWS = st.lists(
    st.builds(
        lambda key, status, updated, at: {**dossier(key, status=status, updated_at=updated), "at": at},
        st.sampled_from("12"),
        st.sampled_from(["1", "2", "9", "abc"]),
        st.sampled_from([None, MORNING, EVENING]),
        st.sampled_from(["0", "5"]),
    ),
    max_size=6,
)


@pytest.fixture
def one_engine(new_warehouse):
    return new_warehouse("sqlite")


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 5))
def test_any_pull_cut_anywhere_is_the_same_pull(one_engine, rows, size):
    rows = sorted(rows, key=lambda row: row["at"])  # one body after the other
    cut, whole = fates(one_engine, rows, size), fates(one_engine, rows, 50)
    assert cut == whole
    told = len(whole["good"]) + len(whole["bad"]) + whole["duplicate"] + sum(whole["ignored"].values())
    assert told == len(rows)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_keys_that_repeat_are_settled_a_few_at_a_time(engine, monkeypatch, at_once):
    """A hundred thousand repetitions need no more memory than a part."""
    rows = [row for case in ("the same again far away", "nothing tells the newer") for row in CASES[case][0]]
    rows = [*rows, *(dossier(key, updated_at=None, status="9") for key in "345343")]
    whole = fates(engine, rows, 50)
    monkeypatch.setattr(repeats, "_GROUP_ROWS", at_once)
    assert fates(engine, rows, 50) == whole
