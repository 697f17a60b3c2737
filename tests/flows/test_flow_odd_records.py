"""Odd records through a whole run: one number twice, two truths at once, codes nobody knows. Nobody is guessed at."""

from datetime import timedelta

import pytest

from tests.flows.test_flow_bulletin import bulletin
from tests.flows.village import ALPHA, BETA, MONDAY, SOURCE, Village, dossier
from tests.scripted_smtp import ScriptedSmtp

pytestmark = pytest.mark.slow
SAME = "H00.X-0007"
BEFORE = MONDAY - timedelta(minutes=20)


def told(run, village: Village, rows) -> None:
    """The rows are synced, reminded of and told to ops on Monday."""
    with ScriptedSmtp() as server:
        village.configure(server.port).drop("ho-so", rows, BEFORE)
        for flow in ("sync", "remind", "bulletin"):
            run(village, flow)


def test_the_same_number_in_two_units_and_two_years_is_three_dossiers(run, village: Village) -> None:
    def same(number: int, unit: str, **more: str) -> dict[str, str]:
        return dossier(number, unit) | {"dossier_code": SAME, "source_record_id": f"same-{unit}-{number}"} | more

    last_year = same(8, "A", received_at="10/11/2025 09:00", due_at="17/11/2025")
    told(run, village, [same(7, "A"), same(7, "B"), last_year])
    assert village.open_flags().count(f"{SAME} overdue") == 3
    assert village.codes_of(ALPHA).count(SAME) == 2
    assert village.codes_of(BETA).count(SAME) == 1


def test_two_truths_at_once_are_asked_of_nobody(run, village: Village) -> None:
    sound = [dossier(number, "A") for number in (2, 3, 4)]
    told(run, village, [dossier(1, "A"), dossier(1, "A", due_at="18/11/2026"), *sound])
    assert "H00.A-0001 data_in_doubt" in village.open_flags()
    assert village.codes_of(ALPHA) == ["H00.A-0002", "H00.A-0003", "H00.A-0004"]
    assert [(i.code, i.flag) for i in bulletin(village).ops_items] == [("H00.A-0001", "data_in_doubt")]


def test_an_unknown_unit_is_kept_for_ops_an_unknown_procedure_and_officer_change_nothing(run, village: Village) -> None:
    odd = {"procedure_code": "9.999999", "officer_post": "Chuyên viên"}
    told(run, village, [dossier(5, "A") | odd, dossier(6, "NOWHERE") | odd])
    assert {"H00.A-0005 overdue", "H00.NOWHERE-0006 unknown_unit"} <= set(village.open_flags())
    assert village.codes_of(ALPHA) == ["H00.A-0001", "H00.A-0002", "H00.A-0005"]
    assert set(village.mails()) == {ALPHA, BETA}
    assert [i.code for i in bulletin(village).ops_items] == ["H00.NOWHERE-0006"]


def test_a_dossier_that_two_full_lists_lack_is_asked_of_nobody_and_was_not_done(run, village: Village) -> None:
    """R13: a list that is said to be whole is a sweep; one proves little, the second one takes the item out."""
    datasets = (("don-vi", "units"), ("danh-ba", "contacts"), ("ho-so", "dossiers"))
    sources = "".join(SOURCE.format(name=name, dataset=dataset) for name, dataset in datasets)
    village.configure(sources=sources + 'mode = "snapshot"\n')
    for minutes, others in ((40, [dossier(1, "A"), dossier(1, "B")]), (20, [dossier(1, "B"), dossier(1, "A")])):
        village.drop("ho-so", others, MONDAY - timedelta(minutes=minutes))
        run(village, "sync", MONDAY - timedelta(minutes=minutes - 5))
        run(village, "flag", MONDAY - timedelta(minutes=minutes - 5))
        asked = "H00.A-0002 overdue" in village.open_flags()
        assert asked == (minutes == 40)
    assert "H00.A-0002 vanished" in village.open_flags()
    village.drop("ho-so", [dossier(1, "A"), dossier(2, "A"), dossier(1, "B")], MONDAY)
    run(village, "sync", MONDAY + timedelta(minutes=5))
    run(village, "flag", MONDAY + timedelta(minutes=5))
    assert "H00.A-0002 overdue" in village.open_flags()
