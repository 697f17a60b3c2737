"""A reporting view looked at for comparison: digests by unit and month, only the segments asked for, no trace."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tasks.sources.looking import Look, Segment, SegmentName, united
from tests.pulls import Read, read
from tests.reporting_view import AS_OF, Office, codes, source

ASKED = Look(as_of=AS_OF)
WITH_DATE = "SELECT id, ma AS dossier_code, don_vi AS unit_code, trang_thai AS status, {} AS received_at FROM ho_so"
OCTOBER = "2024-10-31 23:30:00"


@pytest.fixture
def office(new_url: Callable[..., str], database_kind: str) -> Office:
    return Office(database_kind, new_url(database_kind))


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing", dry=True)


def segments(office: Office, **changes: Any) -> Mapping[SegmentName, Segment]:
    told = source(office, **changes).segments(ASKED)
    assert told is not None
    return told


def look(office: Office, landing: Landing, request: Look = ASKED, **changes: Any) -> Read:
    return read(source(office, **changes).look(request, landing).pulled)


def test_segments_are_units_and_months_of_hanoi(office: Office) -> None:
    office.add(1, 2).add(3, don_vi=" 32 ").add(4, tiep_nhan=OCTOBER).add(5, tiep_nhan=None).add(6, don_vi=None)
    counted = {name: segment.count for name, segment in segments(office).items()}
    assert counted == {
        ("031", "2024-11"): 2, (" 32 ", "2024-11"): 1, ("031", "2024-10"): 1, ("031", ""): 1, ("", "2024-11"): 1,
    }  # fmt: skip
    assert source(office).counts(ASKED) == counted


CHANGES = {  # one after the other
    "a code": "UPDATE ho_so SET ma = '9' WHERE id = 2",
    "a status": "UPDATE ho_so SET trang_thai = 5 WHERE id = 2",
    "a day": "UPDATE ho_so SET hen_tra = '2024-12-03' WHERE id = 2",
    "a minute": "UPDATE ho_so SET tiep_nhan = '2024-11-18 08:16:00' WHERE id = 2",
    "nothing instead of a text": "UPDATE ho_so SET ma = NULL WHERE id = 2",
    "an empty text": "UPDATE ho_so SET ma = '' WHERE id = 2",
    "two cells that change places": "UPDATE ho_so SET ma = CASE id WHEN 1 THEN '' ELSE '00001' END WHERE id < 3",
    "a key": "UPDATE ho_so SET id = 9 WHERE id = 2",
    "an end": "DELETE FROM ho_so WHERE id = 3",
    "a repetition": "INSERT INTO ho_so SELECT 8, ma, don_vi, trang_thai, tiep_nhan, hen_tra, cap_nhat, '' FROM ho_so"
    " WHERE id = 9",
    "another one": "INSERT INTO ho_so SELECT 7, ma, don_vi, trang_thai, tiep_nhan, hen_tra, cap_nhat, '' FROM ho_so"
    " WHERE id = 9",
}


def test_a_digest_changes_with_every_cell_and_row_and_only_there(office: Office) -> None:
    before = segments(office.add(1, 2, 3).add(4, don_vi="32"))
    seen = {before["031", "2024-11"].digest}
    for what, statement in CHANGES.items():
        office.run(statement)
        after = segments(office)
        assert after["031", "2024-11"].digest not in seen, what
        assert after["32", "2024-11"] == before["32", "2024-11"]
        seen.add(after["031", "2024-11"].digest)


def test_what_nobody_reads_and_the_order_of_rows_change_no_digest(office: Office) -> None:
    before = segments(office.add(1, 2, 3))
    office.run("UPDATE ho_so SET cong_dan = 'Ai đó khác'", "DELETE FROM ho_so WHERE id = 1")
    assert segments(office) != before
    assert segments(office.add(1)) == before, "the same rows in another order"


def test_segments_of_two_spellings_are_united_as_if_they_were_one(office: Office) -> None:
    whole = segments(office.add(1, 2, 3))["031", "2024-11"]
    parts = []
    for number in (1, 2, 3):
        query = f"SELECT id, ma, don_vi, trang_thai, tiep_nhan, hen_tra FROM ho_so WHERE id = {number}"
        names = {"dossier_code": "ma", "unit_code": "don_vi", "status": "trang_thai", "received_at": "tiep_nhan",
                 "due_at": "hen_tra"}  # fmt: skip
        parts.append(segments(office, query=query, columns=names)["031", "2024-11"])
    again = segments(office, query="SELECT id, ma, don_vi, trang_thai, tiep_nhan, hen_tra FROM ho_so", columns=names)
    assert united(parts) == united(reversed(parts)) == again["031", "2024-11"]
    assert whole.count == united(parts).count


TEXTS = {
    "'2024-10-31'": "2024-10",
    "'2024-10-31T23:59:59.5'": "2024-10",
    "'2024-13-01'": "",
    "'không rõ'": "",
    "''": "",
    "NULL": "",
}
TYPED = {
    "date '2024-10-31'": "2024-10",
    "date 'infinity'": "",
    "timestamp '2024-10-31 23:59:59'": "2024-10",
    "timestamptz '2024-10-31 17:00:00+00'": "2024-11",
    "timestamptz '2024-10-31 16:59:59+00'": "2024-10",
    "timestamptz 'infinity'": "",
}


def test_a_month_is_that_of_the_day_as_written(office: Office) -> None:
    office.add(1)
    for given, month in TEXTS.items():
        assert [*segments(office, query=WITH_DATE.format(f"CAST({given} AS text)"))] == [("031", month)]


def test_a_month_is_that_of_hanoi(new_url: Callable[..., str]) -> None:
    office = Office("postgresql", new_url("postgresql")).add(1)
    for given, month in TYPED.items():
        assert [*segments(office, query=WITH_DATE.format(given))] == [("031", month)]


def test_dates_that_only_intake_reads_are_read_by_it_or_leave_no_segments(office: Office) -> None:
    """A wrong month would hide a difference for ever; SQLite borrows our reader, PostgreSQL says that it cannot."""
    office.add(1)
    for given in ("31/10/2024", "2024-10-31T17:00:00Z", " 2024-11-01", "20241101000000"):
        one = source(office, query=WITH_DATE.format(f"CAST('{given}' AS text)"))
        told, counted = one.segments(ASKED), one.counts(ASKED)
        if office.kind == "postgresql":
            assert told is counted is None
        else:
            month = "2024-10" if given.startswith("31") else "2024-11"
            assert [*(told or ())] == [*(counted or ())] == [("031", month)]


def test_only_the_segments_asked_for_are_read(office: Office, landing: Landing) -> None:
    office.add(*range(1, 8)).add(8, 9, don_vi="32").add(10, don_vi="032", tiep_nhan=OCTOBER).add(11, tiep_nhan=None)
    wanted = replace(
        ASKED, segments=frozenset({("32", "2024-11"), ("032", "2024-10"), ("033", "2024-11"), ("031", "")})
    )
    looked = source(office).look(wanted, landing)
    whole = source(office).look(ASKED, landing)
    assert codes(read(looked.pulled)) == ["00008", "00009", "00010", "00011"]
    assert len(codes(read(whole.pulled))) == 11
    assert (looked.complete, whole.complete) == (True, True)
    assert (len(looked.pulled.bodies), len(whole.pulled.bodies)) == (2, 4), "pages of three rows"
    assert whole.requests - looked.requests == 2, "two pages less were asked for"


def test_no_segment_asked_for_is_no_row_read(office: Office, landing: Landing) -> None:
    assert not look(office.add(1, 2), landing, replace(ASKED, segments=frozenset(), held=2)).records


PERIODS: dict[tuple[date | None, date | None], list[int]] = {
    (None, None): [1, 2, 3, 4],
    (date(2024, 11, 5), None): [2, 3, 4],  # whole months, and what has no day that can be read
    (None, date(2024, 10, 31)): [1, 3],
    (date(2024, 11, 1), date(2024, 11, 30)): [2, 3],
}


def test_a_period_is_read_in_whole_months(office: Office, landing: Landing) -> None:
    office.add(1, tiep_nhan=OCTOBER).add(2).add(3, tiep_nhan=None).add(4, tiep_nhan="2024-12-01 00:00:00")
    for (begin, end), told in PERIODS.items():
        found = look(office, landing, replace(ASKED, period_from=begin, period_to=end))
        assert codes(found) == [f"0000{number}" for number in told]


def test_looking_again_finds_keys_however_they_are_written_now(office: Office, landing: Landing) -> None:
    names = ["HS-1", " hs - 2 ", "Đ\u200b3", "Ｈ４", "e\u0301 5", "HS-6"]
    for number, name in enumerate(names, start=1):
        office.add(number, ma=name)
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id = 1")
    again = source(office, columns={"source_record_id": "Mã hồ sơ"}).again(
        ASKED, ["HS-1", "HS-2", "Đ3", "H4", "é5", "gone"], landing
    )
    assert again is not None
    found = read(again.pulled)
    assert [record.values["source_record_id"] for record in found.records] == names[:5]
    assert (found.records[0].values["status"], again.complete, again.unasked) == ("9", True, frozenset())


def test_looking_again_finds_keys_made_of_code_unit_and_year(office: Office, landing: Landing) -> None:
    again = source(office.add(1, 2).add(3, ma="a|b")).again(ASKED, ["00002|031|2024", "a%7Cb|031|2024"], landing)
    assert again is not None
    assert codes(read(again.pulled)) == ["00002", "a|b"]


def test_an_empty_view_is_not_believed_while_something_is_held(office: Office, landing: Landing) -> None:
    segment = frozenset({("031", "2024-10")})
    assert not look(office.add(1), landing, replace(ASKED, held=1, segments=segment)).records, "other rows are there"
    office.run("DELETE FROM ho_so")
    assert not look(office, landing).records
    with pytest.raises(SourceFault) as caught:
        look(office, landing, replace(ASKED, held=1))
    assert caught.value.code == "sql_sudden_zero"
    assert segments(office) == {}


def test_looking_writes_nothing_anywhere(office: Office, landing: Landing) -> None:
    before = office.add(1, 2, 3).rows()
    seen = source(office, updated_column="cap_nhat")
    seen.segments(ASKED), seen.counts(ASKED), read(seen.look(ASKED, landing).pulled), seen.again(ASKED, ["1"], landing)
    assert office.rows() == before
    assert not landing.root.exists()
    with pytest.raises(ValueError, match="no trace"):
        seen.look(ASKED, Landing(landing.root))
    assert not landing.root.exists()


def test_bytes_that_are_no_text_stop_no_digest(new_url: Callable[..., str], landing: Landing) -> None:
    office = Office("sqlite", new_url("sqlite")).add(1, 2)
    office.run("UPDATE ho_so SET ma = CAST(X'4AFF' AS text), don_vi = CAST(X'FF' AS text) WHERE id = 1")
    ((name, before), _) = sorted(segments(office).items(), key=lambda one: one[0][0] == "031")
    assert look(office, landing, replace(ASKED, segments=frozenset({name}))).parts[0].malformed
    office.run("UPDATE ho_so SET ma = X'4AFF' WHERE id = 1")
    assert segments(office)[name].digest != before.digest, "bytes are no text"


def test_segments_that_take_too_long_are_no_fault(office: Office, landing: Landing) -> None:
    endless = (
        "WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 100000000)"
        " SELECT n AS id, n AS dossier_code, '1' AS unit_code, 4 AS status, '2024-11-01' AS received_at FROM counter"
    )
    assert source(office, query=endless, timeout_seconds=0.2).segments(ASKED) is None
