"""reconcile as a flow: what it finds, what it leaves untouched, how differences live on, a repair after its preview."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fault_http import FaultServer
from tests.flows.village import DOSSIERS, MONDAY, SOURCE, Village, dossier
from tests.opencps_server import CONFIG as SOFTWARE
from tests.opencps_server import OneStop, row
from tests.processes import running
from tests.reporting_view import CONFIG as VIEW
from tests.reporting_view import Office
from warehouse.current import open_dossiers

pytestmark = pytest.mark.slow
NINE, TEN, ELEVEN = (MONDAY.replace(hour=hour, minute=0) for hour in (9, 10, 11))
OWN = ("compared_segments ", "differences ", "reconciliations ")
GONE, DIFFERS, NEW = DOSSIERS[0]["dossier_code"], DOSSIERS[1]["dossier_code"], "H00.A-0009"
CORRECTED = (
    dossier(2, "A", due_at="17/11/2026"),  # DIFFERS: another appointment
    dossier(1, "B"),
    dossier(9, "A"),  # NEW
)
LISTED = [row(1, domainName="Hộ tịch", govAgencyCode="A")]
WHO = {"asked_by": "Thanh tra Sở", "reason": "theo kế hoạch kiểm tra"}


def others(village: Village) -> list[str]:
    """Every line of the warehouse that is not the book of differences."""
    return [line for line in village.dump(run_log=True).splitlines() if not line.startswith(OWN)]


def found(village: Village) -> dict[tuple[str, str, str], dict[str, Any]]:
    from sqlalchemy import select

    from warehouse.tables import differences

    rows = village.reading(lambda conn: conn.execute(select(differences)).mappings().all())
    return {(r["kind"], r["code"], r["column_name"]): dict(r) for r in rows}


def states(village: Village) -> dict[tuple[str, str], str]:
    return {(kind, code): row["state"] for (kind, code, _), row in found(village).items()}


def test_sides_that_agree(run, village: Village) -> None:
    before, files = others(village), village.files()
    report = run(village, "reconcile", NINE, **WHO)
    assert (report["exit_status"], report["state"], report["differences"]["open"]) == (0, "done", 0)
    assert report["presence"] == {"SW": 3}
    assert others(village) == before
    changed = {name for name, body in village.files().items() if files.get(name) != body}
    assert {name for name in changed if not name.startswith(("var/reconcile", "var/dondoc"))} == set()


def test_what_differs_is_named_and_nothing_is_touched(run, village: Village) -> None:
    village.drop("ho-so", CORRECTED)
    before = others(village)
    report = run(village, "reconcile", NINE, **WHO)
    assert report["exit_status"] == 6
    assert set(found(village)) == {
        ("missing_in_source", GONE, ""),
        ("field_differs", DIFFERS, "due_at"),
        ("missing_in_warehouse", NEW, ""),
    }
    assert report["presence"] == {"S": 1, "SW": 2, "W": 1}
    assert others(village) == before


def test_a_dry_run_stores_nothing(run, village: Village) -> None:
    village.drop("ho-so", CORRECTED)
    before = village.dump(run_log=True)
    report = run(village, "reconcile", NINE, dry_run=True)
    assert (report["exit_status"], report["dry_run"], report["differences"]["open"]) == (6, True, 3)
    assert village.dump(run_log=True) == before


def test_a_difference_is_fixed_by_the_next_pull_and_an_alarm_when_it_comes_back(run, village: Village) -> None:
    village.drop("ho-so", CORRECTED)
    run(village, "reconcile", NINE)
    first = {key: row["id"] for key, row in found(village).items()}
    again = run(village, "reconcile", NINE + timedelta(minutes=5))
    assert {key: row["id"] for key, row in found(village).items()} == first
    assert (again["differences"]["new"], again["differences"]["open"]) == (0, 3)

    assert run(village, "sync", TEN)["exit_status"] == 0
    assert run(village, "reconcile", TEN + timedelta(minutes=5))["exit_status"] == 6
    assert states(village) == {
        ("missing_in_source", GONE): "open",  # a list that no longer tells of a dossier does not end it
        ("field_differs", DIFFERS): "fixed",
        ("missing_in_warehouse", NEW): "fixed",
    }

    village.drop("ho-so", [*CORRECTED[1:], dossier(2, "A", due_at="18/11/2026")])
    report = run(village, "reconcile", ELEVEN)
    assert report["differences"]["returned"] == 1
    row = found(village)["field_differs", DIFFERS, "due_at"]
    assert (row["state"], row["returned"], row["id"]) == ("open", 1, first["field_differs", DIFFERS, "due_at"])


def test_another_run_at_work_is_no_hindrance(run, village: Village) -> None:
    hold = """
from warehouse.run_lock import run_lock
with run_lock(engine, "sync-of-another"):
    say("held")
    wait()
"""
    with running(village.url, hold) as other:
        assert other.heard() == "held"
        assert run(village, "reconcile", NINE, **WHO)["exit_status"] == 0


def test_a_repair_loads_what_its_preview_named_and_no_more(run, village: Village) -> None:
    village.drop("ho-so", CORRECTED)
    preview = run(village, "reconcile", NINE, repair=True, **WHO)
    listed = preview["repair"].pop("preview")
    assert [(one["code"], one["unit_code"], one["new"]) for one in listed] == [(DIFFERS, "A", False), (NEW, "A", True)]
    assert listed[0]["changes"] == [{"column": "due_at", "here": "2026-11-16", "there": "2026-11-17"}]
    assert preview["repair"] == {
        "limit": 200,
        "dossiers": 2,
        "sources": {"ho-so": {"new": 1, "changed": 1}},
        "left": {"missing_in_source": 1},
    }
    village.drop("ho-so", [*CORRECTED, dossier(10, "B")])  # came after the preview: not asked for
    report = run(village, "reconcile", TEN, repair=True, confirm=preview["run_id"], **WHO)
    line = next(line for line in report["sources"] if line["name"] == "ho-so")
    assert (report["exit_status"], line["new"], line["changed"]) == (0, 1, 1)
    assert NEW in village.codes()
    assert "H00.B-0010" not in village.codes()

    from warehouse.desk import audit_rows

    (act,) = [row for row in village.reading(audit_rows) if row["act"] == "reconcile_repair"]
    assert (act["by"], act["target"], act["detail"]["reason"]) == (WHO["asked_by"], report["run_id"], WHO["reason"])
    run(village, "reconcile", ELEVEN)
    assert states(village)["missing_in_warehouse", NEW] == "fixed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param({"confirm": "reconcile-unknown", **WHO}, "no_preview", id="never previewed"),
        pytest.param({"confirm": "reconcile-unknown"}, "needs_by", id="nobody answers for it"),
    ],
)
def test_a_repair_without_a_preview_or_a_name_is_refused(
    run, village: Village, words: dict[str, Any], code: str
) -> None:
    from tasks.repairing import RepairRefusedError

    before = village.dump()
    with pytest.raises(RepairRefusedError) as refused:
        run(village, "reconcile", NINE, repair=True, **words)
    assert refused.value.code == code
    assert village.dump() == before


def test_a_preview_larger_than_its_limit_repairs_nothing(run, village: Village) -> None:
    from tasks.repairing import RepairRefusedError

    village.drop("ho-so", CORRECTED)
    preview = run(village, "reconcile", NINE, repair=True, limit=1, **WHO)
    before = village.dump()
    with pytest.raises(RepairRefusedError, match="too_many"):
        run(village, "reconcile", TEN, repair=True, confirm=preview["run_id"], **WHO)
    assert village.dump() == before


def test_a_preview_knows_what_earlier_runs_found_and_leaves_what_a_person_explained(run, village: Village) -> None:
    from warehouse import difference_desk

    office = Office("sqlite", f"sqlite:///{village.folder / 'mot-cua.sqlite3'}").add(1, 2, 3, don_vi="A")
    files = "".join(SOURCE.format(name=n, dataset=d) for n, d in (("don-vi", "units"), ("danh-ba", "contacts")))
    village.configure(sources=files + VIEW)
    assert run(village, "sync", NINE)["exit_status"] == 0
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id IN (1, 2)")  # nothing tells that it changed
    assert run(village, "reconcile", NINE + timedelta(minutes=5))["differences"]["open"] == 2
    (explained,) = [row["id"] for (_, code, _), row in found(village).items() if code == "00002"]
    village.acting(lambda conn: difference_desk.explain(conn, explained, "Văn thư", "đã đối chiếu", NINE))

    preview = run(village, "reconcile", TEN, repair=True, **WHO)
    assert preview["sources"][-1]["pulled"] == 0, "nothing moved since: no row was read"
    assert preview["repair"]["sources"] == {"bao-cao": {"new": 0, "changed": 1}}
    report = run(village, "reconcile", TEN, repair=True, confirm=preview["run_id"], **WHO)
    assert [line["changed"] for line in report["sources"]] == [1]
    assert {"00001", "00002", "00003"} & set(village.codes()) == {"00002", "00003"}, "only 1 is finished here too"


def test_a_preview_is_confirmed_only_by_asking_for_the_repair(run, village: Village) -> None:
    village.drop("ho-so", CORRECTED)
    preview = run(village, "reconcile", NINE, repair=True, **WHO)
    before = others(village)
    assert run(village, "reconcile", TEN, repair=False, confirm=preview["run_id"], **WHO)["exit_status"] == 6
    assert others(village) == before


def test_a_repair_of_one_stop_software_keeps_what_single_dossiers_do_not_tell(run, village: Village) -> None:
    """OpenCPS tells the field of work in lists only: the lists of those days are read instead."""
    one_stop = OneStop(open=LISTED, received=LISTED)
    with FaultServer(one_stop) as server:
        files = "".join(SOURCE.format(name=n, dataset=d) for n, d in (("don-vi", "units"), ("danh-ba", "contacts")))
        village.configure(sources=files + SOFTWARE.format(url=server.url))
        assert run(village, "sync", NINE)["exit_status"] == 0
        moved = row(1, domainName="Hộ tịch", govAgencyCode="B", agency="B")
        one_stop.lists = {"open": [moved], "received": [moved]}
        one_stop.details = {"1": row(1, govAgencyCode="B", agency="B")}
        preview = run(village, "reconcile", NINE + timedelta(minutes=5), repair=True, **WHO)
        assert preview["repair"]["dossiers"] == 1
        run(village, "reconcile", TEN, repair=True, confirm=preview["run_id"], **WHO)
        assert run(village, "reconcile", ELEVEN)["differences"]["open"] == 0
    (stored,) = [one for one in village.reading(open_dossiers) if one["source"] == "mot-cua"]
    assert (stored["unit_code"], stored["field"]) == ("B", "Hộ tịch")
