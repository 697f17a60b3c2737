"""OpenCPS looked at for comparison: month by month of receipt, totals instead of records, single dossiers once more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tasks.sources.looking import Look
from tests.fault_http import Asked, FaultServer, json_reply
from tests.opencps_server import AS_OF, OneStop, Row, ids, row, source
from tests.pulls import read

ASKED = Look(as_of=AS_OF, oldest=date(2026, 9, 16))
_DAY = timedelta(days=1)


class Dated(OneStop):
    """Tells by day of receipt and agency, as the real one does."""

    def __init__(self, *rows: Row) -> None:
        super().__init__()
        self.rows = list(rows)

    def __call__(self, asked: Asked) -> bytes:
        if asked.path.endswith("/dossiers"):
            agencies = asked.query.get("agency", "").split(",")
            mine = [one for one in self.rows if agencies == [""] or one["govAgencyCode"] in agencies]
            self.lists["open"] = mine
            if by_day(asked):
                begin, end = told_range(asked)
                self.lists["received"] = [one for one in mine if begin <= day(str(one["receiveDate"])[:10]) <= end]
        return super().__call__(asked)


def by_day(asked: Asked) -> bool:
    return "fromReceiveDate" in asked.query


def day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 -- a day has no zone


def told_range(asked: Asked) -> tuple[date, date]:
    return day(asked.query["fromReceiveDate"]), day(asked.query["toReceiveDate"])


def dossier(number: int, received: str, agency: str = "UBND-TL", **more: object) -> Row:
    return row(number, receiveDate=f"{received} 09:10:00", govAgencyCode=agency, **more)


PROVINCE = (
    dossier(1, "31/08/2026"),
    dossier(2, "16/09/2026"),
    dossier(3, "31/10/2026", "UBND-MD"),
    dossier(4, "01/11/2026"),
    dossier(5, "23/11/2026", "UBND-MD"),
    dossier(6, "05/03/2027"),
)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing", dry=True)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(Dated(*PROVINCE)) as running:
        yield running


def numbers(server: FaultServer, landing: Landing, request: Look, **changes: object) -> list[int]:
    told = read(source(server.url, **changes).look(request, landing).pulled)
    return sorted(int(one or 0) for one in ids(told))


def test_everything_ever_received_is_read_month_by_month(server: FaultServer, landing: Landing) -> None:
    looked = source(server.url).look(ASKED, landing)
    assert sorted(ids(read(looked.pulled)), key=str) == ["1", "2", "3", "4", "5", "6"]
    still_open, *dated = server.asked
    assert not by_day(still_open)
    ranges = [told_range(asked) for asked in dated]
    assert [begin + _DAY for begin, _ in ranges] == [
        date(2026, 9, 16), date(2026, 10, 1), date(2026, 11, 1), date(2000, 1, 1), date(2026, 11, 24),
    ]  # fmt: skip
    assert [end - _DAY for _, end in ranges] == [
        date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 23), date(2026, 9, 15), date(2031, 12, 31),
    ]  # fmt: skip
    assert looked.requests == len(server.asked) == 6
    assert looked.complete


def test_a_dossier_of_which_nobody_can_read_the_day_is_found_among_the_open_ones(landing: Landing) -> None:
    class Lost(Dated):
        def __call__(self, asked: Asked) -> bytes:
            reply = super().__call__(asked)
            if asked.path.endswith("/dossiers") and not by_day(asked):
                self.lists["open"] = [*self.rows, row(7, receiveDate="31/02/2026 08:30:00")]
                reply = OneStop.__call__(self, asked)
            return reply

    with FaultServer(Lost(*PROVINCE)) as server:
        assert numbers(server, landing, ASKED) == [1, 2, 3, 4, 5, 6, 7]


def test_a_period_asks_for_its_months_only(server: FaultServer, landing: Landing) -> None:
    asked = replace(ASKED, period_from=date(2026, 10, 31), period_to=date(2026, 11, 2))
    assert numbers(server, landing, asked) == [3, 4]
    assert [told_range(one) for one in server.asked] == [
        (date(2026, 10, 30), date(2026, 11, 1)),
        (date(2026, 10, 31), date(2026, 11, 3)),
    ]


def test_units_and_segments_are_asked_for_by_agency(server: FaultServer, landing: Landing) -> None:
    assert numbers(server, landing, replace(ASKED, units=frozenset({"UBND-MD"}))) == [3, 5]
    assert {asked.query["agency"] for asked in server.asked} == {"UBND-MD"}
    server.asked.clear()
    segments = frozenset({("UBND-TL", "2026-09"), ("UBND-MD", "2026-11"), ("", "2026-08"), ("UBND-TL", "")})
    assert numbers(server, landing, replace(ASKED, segments=segments)) == [1, 2, 3, 5], "a day wider: 3 as well"
    assert [asked.query.get("agency") for asked in server.asked] == [None, "UBND-TL", "UBND-MD"]
    assert numbers(server, landing, replace(ASKED, segments=frozenset(), held=6)) == []
    assert len(server.asked) == 3


def test_the_agencies_of_the_account_are_asked_for_unless_units_are(server: FaultServer, landing: Landing) -> None:
    assert numbers(server, landing, ASKED, agencies=("UBND-TL", "UBND-X")) == [1, 2, 4, 6]
    assert {asked.query["agency"] for asked in server.asked} == {"UBND-TL,UBND-X"}


def test_totals_are_counted_with_one_record_a_question_and_exact_months(server: FaultServer) -> None:
    assert source(server.url).counts(ASKED) == {("", "2026-09"): 1, ("", "2026-10"): 1, ("", "2026-11"): 2}
    assert {(asked.query["start"], asked.query["end"]) for asked in server.asked} == {("0", "1")}
    assert len(server.asked) == 3
    by_unit = source(server.url).counts(replace(ASKED, units=frozenset({"UBND-MD", "UBND-TL"}), oldest=AS_OF.date()))
    assert by_unit == {("UBND-MD", "2026-11"): 1, ("UBND-TL", "2026-11"): 0}
    assert source(server.url).segments(ASKED) is None


def test_an_answer_of_nothing_at_all_is_not_believed(landing: Landing) -> None:
    """OpenCPS gives an empty list when its index has failed; every dossier held here would be missing."""
    november = replace(ASKED, period_from=date(2026, 11, 1), held=1)
    with FaultServer(Dated()) as server:
        with pytest.raises(SourceFault) as caught:
            source(server.url).look(november, landing)
        assert caught.value.code == "sudden_zero"
        assert numbers(server, landing, replace(november, held=0)) == []
    with FaultServer(Dated(dossier(1, "01/02/2020"))) as server:
        assert numbers(server, landing, november) == [], "others are there: these are gone"


def test_a_list_that_cannot_be_shown_whole_is_a_fault(landing: Landing) -> None:
    one_stop = Dated(*PROVINCE)

    def cut(asked: Asked) -> bytes:
        return json_reply({"total": 5, "data": [PROVINCE[0]]}) if asked.query["start"] == "0" else one_stop(asked)

    with FaultServer(cut) as server, pytest.raises(SourceFault):
        read(source(server.url).look(ASKED, landing).pulled)


def test_single_dossiers_are_asked_for_once_more(landing: Landing) -> None:
    one_stop = OneStop()
    one_stop.details = {"7": row(7, dossierStatus="done", domainName=None), "8": 404}
    with FaultServer(one_stop) as server:
        seen = source(server.url, detail_cap=3)
        again = seen.again(ASKED, ["7", "8", "TL.9|UBND-TL|2026"], landing)
        assert again is not None
        (record,) = read(again.pulled).records
        assert (record.values["source_record_id"], record.values["status"]) == ("7", "10")
        assert (again.requests, again.complete) == (2, False)
        assert (again.unasked, again.untold) == ({"TL.9|UBND-TL|2026"}, {"field"})
        assert seen.again(ASKED, ["1", "2", "3", "4"], landing) is None
        assert sorted(asked.path.rsplit("/", 1)[1] for asked in server.asked) == ["7", "8"]


def test_looking_leaves_nothing_in_the_landing(server: FaultServer, landing: Landing) -> None:
    numbers(server, landing, ASKED)
    source(server.url).counts(ASKED)
    assert not landing.root.exists()
    with pytest.raises(ValueError, match="no trace"):
        source(server.url).look(ASKED, Landing(landing.root))
