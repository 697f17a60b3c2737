"""Dossiers open here and in no answer: looked after one by one, remembered, and refused when they are many."""

from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tests.fault_http import FaultServer
from tests.opencps_server import OneStop, codes, ids, pull, row, run

DROP = {"accept_drop": True}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def test_no_answer_at_all_where_dossiers_are_open_is_refused(landing: Landing) -> None:
    with pytest.raises(SourceFault) as fault:
        run(OneStop(), landing, "1", "2")
    assert (fault.value.code, fault.value.params["count"]) == ("sudden_zero", 2)


def test_no_answer_at_all_at_a_first_pull_is_an_answer(landing: Landing) -> None:
    assert run(OneStop(), landing).records == ()


def test_those_who_left_every_list_are_looked_after_one_by_one(landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {
        "2": row(2, dossierStatus="done", modifiedDate="22/11/2026 10:00:00"),
        "4": row(4, originality=-1),
        "5": 403,
    }
    pulled = run(one_stop, landing, "1", "2", "3", "4", "5", "A|B|2026")
    assert ids(pulled) == ["1", "2"]
    assert pulled.records[1].values["updated_at"] == "22/11/2026 10:00:00"
    assert pulled.vanished == {"3", "4", "5"}
    assert codes(pulled) == {"detail_refused"}


@pytest.mark.parametrize(("status", "code"), [(203, "login_refused"), (401, "login_refused"), (500, "server_error")])
def test_a_detail_that_fails_is_no_vanished_dossier(status: int, code: str, landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {"2": status}
    with pytest.raises(SourceFault) as fault:
        run(one_stop, landing, "2")
    assert fault.value.code == code


def test_another_dossier_for_an_answer_is_refused(landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {"2": row(3)}
    with pytest.raises(SourceFault) as fault:
        run(one_stop, landing, "2")
    assert fault.value.code == "bad_shape"


def test_many_missing_at_once_are_a_fault_of_the_source(landing: Landing) -> None:
    with FaultServer(OneStop(open=[row(1)])) as server:
        with pytest.raises(SourceFault) as fault:
            pull(server, landing, *(str(n) for n in range(10, 15)), detail_cap=4)
        assert len(server.asked) == 3  # not one detail was asked for
    assert fault.value.code == "mass_vanish"


def test_a_person_may_say_that_all_are_gone(landing: Landing) -> None:
    pulled = run(OneStop(), landing, "1", "2", asked=DROP)
    assert (pulled.records, pulled.vanished) == ((), {"1", "2"})


def test_a_person_may_say_that_many_are_gone_and_each_is_still_asked_for(landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {"11": row(11, dossierStatus="done")}
    pulled = run(one_stop, landing, *(str(n) for n in range(10, 15)), detail_cap=2, asked=DROP)
    assert ids(pulled) == ["1", "11"]
    assert pulled.vanished == {"10", "12", "13", "14"}


def test_those_that_two_sweeps_missed_stay_gone_without_being_asked_for(landing: Landing) -> None:
    with FaultServer(OneStop(open=[row(1)])) as server:
        pulled = pull(server, landing, "1", "2", "3", asked={"missed": frozenset({"1", "2"})}, detail_cap=1)
        assert [a.path.rsplit("/", 1)[1] for a in server.asked[3:]] == ["3"]
    assert pulled.vanished == {"2", "3"}  # 1 is back


def test_a_full_pull_asks_for_them_again(landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {"2": row(2)}
    pulled = run(one_stop, landing, "1", "2", "3", asked={"missed": frozenset({"2", "3"}), "full": True})
    assert ids(pulled) == ["1", "2"]
    assert pulled.vanished == {"3"}


@pytest.mark.parametrize("change", [{"dossierStatus": "done"}, {"receiveDate": ""}, {"stepName": "Trình ký"}])
def test_a_late_or_odd_update_comes_in_however_old_it_is(change: dict[str, object], landing: Landing) -> None:
    """R11: nothing here goes by the date of a change, so none can be older than a mark."""
    old = row(1, receiveDate="01/02/2019 08:00:00", lastActionDate="01/02/2019 08:00:00") | change
    assert ids(run(OneStop(open=[old]), landing, "1")) == ["1"]
