"""A bad newer word about a known dossier puts the older one in doubt, also where its key cannot be read."""

from datetime import timedelta

import pytest

from tests.fault_http import FaultServer
from tests.flows.village import DAWN
from tests.opencps_server import OneStop, row
from tests.quarantine_stage import Stage
from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier, load
from warehouse import quarantine, quarantine_desk
from warehouse.engine import reading, transaction
from warehouse.errors import DeskError

HOUR = timedelta(hours=1)
ONE_STOP = """
[[sources]]
name = "mot-cua"
kind = "opencps"
dataset = "dossiers"
base_url = "{url}"
group_id = 55853
requests_per_second = 0
history_from = 2024-01-01
"""
PLACE = ("one-stop", "dossiers")


def keyless(code: str | None, unit: str | None = None, *, content: str = "bad") -> dict:
    """A row without a key, as intake puts it aside."""
    told = {"dossier_code": code, "unit_code": unit, "received_at": "32/13/2026"}
    return a_bad_row("?", content=content) | {"record_key": f"?{content}", "content": told}


@pytest.mark.parametrize(
    ("spoilt", "doubted"),
    [
        ({"dueDate": ["16/11/2026"]}, {"7"}),
        ({"dossierId": [7], "dueDate": ["16/11/2026"]}, {"7"}),
        ({"dossierId": 7, "dossierNo": {"no": "TL.7"}}, {"7"}),
        ({"dossierId": [7], "dossierNo": ["TL.7"]}, set()),
    ],
)
def test_a_record_with_a_field_of_another_shape_is_named_by_its_id_or_its_code(tmp_path, spoilt, doubted) -> None:
    stage, rows = Stage(tmp_path / "village"), [row(number) for number in range(5, 25)]
    for hours, change in enumerate(({}, spoilt)):
        rows[2] = row(7, **change)
        with FaultServer(OneStop(open=rows)) as server:
            stage.village.configure(sources=ONE_STOP.format(url=server.url))
            stage.sync(DAWN + hours * HOUR)
    (bad,) = stage.reading(quarantine_desk.open_rows)
    assert [reason["code"] for reason in bad["reasons"]] == ["malformed_row"]
    assert set(stage.reading(quarantine.doubtful_keys).get(("mot-cua", "dossiers"), ())) == doubted
    stage.engine.dispose()


@pytest.mark.parametrize(
    ("code", "unit", "doubted"),
    [
        ("H1", "31157", {"1"}),
        ("H1", None, {"1", "2"}),
        ("H1", "99999", set()),
        ("H9", None, set()),
        (None, "31157", set()),
    ],
)
def test_a_row_without_a_key_puts_every_dossier_in_doubt_that_it_may_speak_of(engine, code, unit, doubted) -> None:
    known = [a_dossier("1"), a_dossier("2", dossier_code="H1", unit_code="31158"), a_dossier("3")]
    load(engine, a_batch(known))
    load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[keyless(code, unit)]))
    with reading(engine) as conn:
        assert quarantine.doubtful_keys(conn) == ({PLACE: frozenset(doubted)} if doubted else {})


OF_THE_OTHER_UNIT = a_dossier("7", dossier_code="H1", unit_code="31158")


@pytest.mark.parametrize(
    ("name", "good", "bad", "closed"),
    [
        (("H1", None), [OF_THE_OTHER_UNIT], [], "corrected"),
        (("H1", "31158"), [OF_THE_OTHER_UNIT], [], "corrected"),
        (("H1", "31157"), [OF_THE_OTHER_UNIT], [], None),
        (("H2", None), [OF_THE_OTHER_UNIT], [], None),
        ((None, None), [a_dossier("7", dossier_code="H2")], [], None),
        (("H1", None), [OF_THE_OTHER_UNIT], [keyless("H1")], None),  # it came again as it was, beside a good one
        (("H1", None), [], [keyless("H1", content="still bad")], "gone"),
        (("H1", None), [], [keyless("H2", content="still bad")], None),
        (("H1", None), [], [], None),
    ],
)
def test_a_row_without_a_key_is_mended_by_a_good_one_of_its_code(engine, name, good, bad, closed) -> None:
    load(engine, a_batch([], quarantined=[keyless(*name)]))
    counts = load(engine, a_batch(good, as_of=MORNING + DAY, run_id="r2", quarantined=bad))
    with reading(engine) as conn:
        first = quarantine_desk.row(conn, 1)
    assert (first["closed_reason"], counts.closed) == (closed, int(closed is not None))


def test_a_settled_row_is_neither_loaded_nor_opened_again_nor_a_doubt(engine) -> None:
    load(engine, a_batch([a_dossier("1")], quarantined=[keyless("H1")]))
    with transaction(engine) as conn:
        quarantine_desk.settle(conn, 1, "lan", MORNING, "nguồn không sửa được")
        with pytest.raises(DeskError):
            quarantine_desk.settle(conn, 1, "lan", MORNING, "x")
    counts = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[keyless("H1")]))
    with reading(engine) as conn:
        assert (counts.quarantined_new, quarantine_desk.open_count(conn), quarantine.doubtful_keys(conn)) == (0, 0, {})
        assert quarantine_desk.released_identities(conn, "one-stop") == frozenset()
        (act,) = quarantine_desk.acts_on(conn, 1)
    assert (act["act"], act["by"], act["detail"]) == ("quarantine_settle", "lan", {"reason": "nguồn không sửa được"})
