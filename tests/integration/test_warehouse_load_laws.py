"""Any sequence of pulls: the counting law, the newest statement, and twice is once."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier, merge
from warehouse import current, quarantine_desk
from warehouse.tables import metadata

PARTS = ("new", "changed", "unchanged", "quarantined", "duplicate", "ignored")


_content = st.sampled_from(["a", "b", "c"])
_pull = st.fixed_dictionaries(
    {
        "rows": st.dictionaries(st.sampled_from("12345"), _content, max_size=5),
        "bad": st.sets(st.sampled_from("12345"), max_size=2),
        "duplicate": st.integers(0, 3),
        "ignored": st.integers(0, 3),
        "moment": st.integers(0, 4),
    }
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pulls=st.lists(_pull, min_size=1, max_size=5))
def test_any_sequence_of_pulls_obeys_the_law_and_keeps_the_newest_statement(engine, pulls):
    """The law holds, one version is current per key, and it is what the newest data moment said last."""
    newest: dict[str, tuple[int, str]] = {}
    with engine.connect() as conn, conn.begin() as attempt:
        for number, pull in enumerate(pulls):
            good = {key: content for key, content in pull["rows"].items() if key not in pull["bad"]}
            batch = a_batch(
                [a_dossier(key, content=content) for key, content in good.items()],
                run_id=f"run-{number}",
                as_of=MORNING + number * DAY,
                data_moment=MORNING + pull["moment"] * DAY,
                quarantined=[a_bad_row(key) for key in sorted(pull["bad"])],
                duplicate=pull["duplicate"],
                ignored={"not_received": pull["ignored"]},
            )
            counts = merge(conn, batch)
            assert counts.pulled == sum(getattr(counts, part) for part in PARTS)
            for key, content in good.items():
                before = newest.get(key, (-1, ""))
                if pull["moment"] >= before[0]:
                    newest[key] = (pull["moment"], content)
        rows = current.current_rows(conn, "dossiers")
        assert {r["record_key"]: r["content_hash"] for r in rows} == {k: f"{k}-{c}" for k, (_, c) in newest.items()}
        open_keys = {row["record_key"] for row in quarantine_desk.open_rows(conn)}
        assert open_keys >= pulls[-1]["bad"]
        attempt.rollback()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pulls=st.lists(_pull, min_size=1, max_size=3))
def test_loading_twice_is_loading_once(engine, pulls):
    def contents(conn):
        tables = [t for t in metadata.sorted_tables if t.name not in ("runs", "loads")]
        return {t.name: conn.execute(select(t).order_by(*t.primary_key)).all() for t in tables}

    with engine.connect() as conn, conn.begin() as attempt:
        for number, pull in enumerate(pulls):
            rows = [a_dossier(k, content=c) for k, c in pull["rows"].items() if k not in pull["bad"]]
            bad = [a_bad_row(key) for key in sorted(pull["bad"])]
            batch = a_batch(rows, run_id=f"run-{number}", as_of=MORNING + number * DAY, quarantined=bad)
            merge(conn, batch)
            before = contents(conn)
            merge(conn, replace(batch, batch=replace(batch.batch, run_id=f"again-{number}")))
            assert contents(conn) == before
        attempt.rollback()
