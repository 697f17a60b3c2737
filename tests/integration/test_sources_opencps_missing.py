"""Dossiers open here and in no answer: looked after one by one, remembered, and refused when they are many."""

from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tests.fault_http import FaultServer
from tests.opencps_server import OneStop, codes, ids, pull, row, run


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
