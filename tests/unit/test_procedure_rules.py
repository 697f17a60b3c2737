"""Procedures against the catalogue: in force or not on a day, received and displayed, fields that never came."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.difference_model import OPS, DifferenceClass
from tasks.rules.procedure_rules import (
    InWindow,
    Performer,
    Posted,
    Received,
    levels_of,
    never_received,
    on_paper,
    posted_findings,
    received_findings,
    windows,
)
from tasks.rules.procedures_in_force import Catalogue, ListedProcedure

OLD, NEW, LAND, LABOUR = "1.000001", "1.000002", "1.000003", "1.000004"
SUMMER = date(2025, 7, 1)
EVE = SUMMER - timedelta(days=1)
LONG_AGO = date(2020, 1, 1)
NOVEMBER = date(2026, 11, 9)


def line(code: str = OLD, **told) -> ListedProcedure:
    return ListedProcedure(code=code, name=f"Thủ tục {code}", **told)


REPLACED = line(status="replaced", valid_from=LONG_AGO, valid_to=EVE, replaced_by=NEW)
NEWER = line(NEW, status="active", valid_from=SUMMER, field="Hộ tịch", level="xã")
AT_LAND = line(LAND, field="Đất đai", level="Cấp xã")
AT_LABOUR = line(LABOUR, field="Lao động", level="xã, tỉnh")


@pytest.mark.parametrize(
    ("case", "lines", "day", "status"),
    [
        ("its last day", [REPLACED], EVE, None),
        ("the day after its last", [REPLACED], SUMMER, "replaced"),
        ("before the first line: older catalogues are not kept", [REPLACED], date(2019, 12, 31), None),
        ("no dates at all", [line()], NOVEMBER, None),
        ("repealed, nobody says when", [line(status="repealed")], NOVEMBER, "repealed"),
        ("repealed from a day on", [line(status="repealed", valid_from=SUMMER)], SUMMER, "repealed"),
        ("replaced: in force until its successor", [line(status="replaced", replaced_by=NEW), NEWER], EVE, None),
        ("replaced: since its successor", [line(status="replaced", replaced_by=NEW), NEWER], SUMMER, "replaced"),
        ("only its validity ended", [line(valid_to=EVE)], SUMMER, "expired"),
        ("no end, as exports write it", [line(valid_to=date(9999, 12, 31))], NOVEMBER, None),
        ("a later line repeals it", [line(), line(status="repealed", valid_from=SUMMER)], NOVEMBER, "repealed"),
        ("a later line repeals it: before", [line(), line(status="repealed", valid_from=SUMMER)], EVE, None),
        ("a gap between two lines", [line(valid_to=LONG_AGO), line(valid_from=SUMMER)], EVE, "expired"),
        ("in force again", [line(status="repealed", valid_to=LONG_AGO), line(valid_from=SUMMER)], NOVEMBER, None),
        ("changed, never out of force", [line(valid_from=LONG_AGO), line(valid_from=SUMMER)], SUMMER, None),
    ],
)
def test_whether_a_code_was_in_force_on_a_day(case, lines, day, status) -> None:
    outage = Catalogue.of(lines).outage_on(OLD, day)
    assert (outage.status if outage else None) == status, case


@pytest.mark.parametrize(
    ("listed", "used", "known"),
    [
        (OLD, OLD, True),
        ("ts_lop1.000.00.00.H22", "TS_lop1.000.00.00.H22", True),
        (OLD, " 1.000001 ", True),
        (OLD, "1.000001.000.00.00.H13", True),
        (OLD, "1.000001.000.00.00.H13.02", True),
        ("1.000001.000.00.00.H13", OLD, True),
        (OLD, "1.0000011", False),
        (OLD, "", False),
    ],
)
def test_spellings_of_a_code(listed: str, used: str, known: bool) -> None:
    assert Catalogue.of([line(listed)]).knows(used) is known


days = st.dates(date(2015, 1, 1), date(2030, 12, 31))
listings = st.lists(
    st.builds(
        line,
        status=st.sampled_from(["", "active", "replaced", "repealed"]),
        valid_from=st.none() | days,
        valid_to=st.none() | days,
        replaced_by=st.sampled_from(["", NEW]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.valid_from,
)


@given(listings, days)
def test_outages_neither_overlap_nor_meet_what_a_line_says_is_in_force(lines, day) -> None:
    catalogue = Catalogue.of([*lines, NEWER])
    gaps = catalogue.outages(OLD)
    assert all(gap.first <= gap.last for gap in gaps)
    assert all(one.last < other.first for one, other in pairwise(gaps))
    told = [one for one in lines if one.valid_to and (one.valid_from or date.min) <= day <= one.valid_to]
    if told:
        assert catalogue.outage_on(OLD, day) is None
    if day < min(one.valid_from or date.min for one in lines):
        assert catalogue.outage_on(OLD, day) is None


def received(code: str = OLD, *, unit: str = "A", first: date = LONG_AGO, last: date = NOVEMBER, **told) -> Received:
    usual = {"unit_code": unit, "procedure_code": code, "field": "", "count": 9, "asked": 9}
    return Received(**(usual | {"first": first, "last": last} | told))


def test_only_codes_that_may_be_wrong_are_looked_at_closer() -> None:
    catalogue = Catalogue.of([REPLACED, NEWER])
    groups = [received(), received(unit="B", last=EVE), received(NEW), received("9.999999"), received("")]
    assert [(w.procedure_code, w.first, w.last) for w in windows(groups, catalogue)] == [
        (OLD, SUMMER, NOVEMBER),
        ("9.999999", LONG_AGO, NOVEMBER),
    ]
    assert windows([received(last=EVE)], catalogue) == []


def found_in(window, *, unit: str = "A", count: int = 2, asked: int = 2) -> InWindow:
    told = {"first": window.first, "last": window.last, "dossiers": ("H2", "H1")}
    return InWindow(unit_code=unit, window=window, count=count, asked=asked, **told)


def test_received_after_its_repeal_and_under_a_code_nobody_knows() -> None:
    catalogue = Catalogue.of([REPLACED, NEWER])
    repealed, unknown = windows([received(), received("9.999999")], catalogue)
    one, other = received_findings([found_in(repealed), found_in(unknown, unit="?KHAC")], catalogue)
    other, one = sorted((one, other), key=lambda f: f.unit_code)
    assert (one.kind, one.unit_code, one.code, one.owner) == (DifferenceClass.REPEALED_PROCEDURE, "A", OLD, "A")
    assert one.day == NOVEMBER
    assert one.facts == {
        "where": "received",
        "count": 2,
        "first_received": "2025-07-01",
        "last_received": "2026-11-09",
        "dossiers": ["H2", "H1"],
        "catalogue": "replaced",
        "warehouse": OLD,
        "status": "replaced",
        "since": "2025-07-01",
        "replaced_by": NEW,
    }
    assert (other.kind, other.owner) == (DifferenceClass.UNKNOWN_PROCEDURE, OPS)
    assert (other.facts["catalogue"], other.facts["warehouse"]) == ("no", "9.999999")


def test_two_spans_of_a_code_are_one_finding_and_none_outside_of_what_was_asked() -> None:
    catalogue = Catalogue.of([line(valid_to=LONG_AGO), line(valid_from=SUMMER, valid_to=date(2026, 1, 1))])
    spans = windows([received()], catalogue)
    assert len(spans) == 2
    (one,) = received_findings([found_in(span) for span in spans], catalogue)
    assert (one.facts["count"], one.facts["first_received"]) == (4, "2020-01-02")
    assert not [*received_findings([found_in(span, asked=0) for span in spans], catalogue)]


@pytest.mark.parametrize(
    ("code", "seen_on", "kind"),
    [
        (OLD, EVE, None),
        (OLD, SUMMER, DifferenceClass.POSTED_REPEALED),
        (NEW, NOVEMBER, None),
        ("9.999999", NOVEMBER, DifferenceClass.UNKNOWN_PROCEDURE),
    ],
)
def test_what_is_on_display(code: str, seen_on: date, kind) -> None:
    posted = [Posted(unit_code="A", procedure_code=code, seen_on=seen_on)]
    found = [*posted_findings(posted, Catalogue.of([REPLACED, NEWER]))]
    assert [f.kind for f in found] == ([kind] if kind else [])
    assert all(f.facts["where"] == "posted" and f.owner == "A" for f in found)


def test_received_and_displayed_under_an_unknown_code_are_two_differences() -> None:
    catalogue = Catalogue.of([NEWER])
    (span,) = windows([received("9.999999")], catalogue)
    (one,) = received_findings([found_in(span)], catalogue)
    (other,) = posted_findings([Posted(unit_code="A", procedure_code="9.999999", seen_on=NOVEMBER)], catalogue)
    assert one.kind == other.kind
    assert one.id != other.id


COMMUNE, SPECIALIST = (
    Performer(unit_code="A", kind="commune"),
    Performer(unit_code="S", kind="department", level="tỉnh"),
)
CAME = received(NEW)


@pytest.mark.parametrize(
    ("case", "unit", "posted", "groups", "missing"),
    [
        ("a commune must receive what its level does", COMMUNE, [], [CAME], ["Lao động", "Đất đai"]),
        ("one of them came", COMMUNE, [], [CAME, received(LAND)], ["Lao động"]),
        ("it came under its own word", COMMUNE, [], [CAME, received("", field="ĐẤT  ĐAI")], ["Lao động"]),
        ("it came once, on no day asked for", COMMUNE, [], [CAME, received(LAND, asked=0, last=EVE)], ["Lao động"]),
        ("another unit's do not count", COMMUNE, [], [CAME, received(LAND, unit="B")], ["Lao động", "Đất đai"]),
        ("a department has a field of its own", SPECIALIST, [], [], []),
        ("a department must receive what it displays", SPECIALIST, [LAND], [], ["Đất đai"]),
        ("what is displayed and of its level is one field", COMMUNE, [LAND], [CAME], ["Lao động", "Đất đai"]),
    ],
)  # fmt: skip
def test_fields_that_never_came(case, unit, posted, groups, missing) -> None:
    shown = [Posted(unit_code=unit.unit_code, procedure_code=code, seen_on=NOVEMBER) for code in posted]
    catalogue = Catalogue.of([REPLACED, NEWER, AT_LAND, AT_LABOUR])
    found = [*never_received([unit], shown, groups, catalogue, NOVEMBER, {})]
    assert sorted(f.code for f in found) == sorted(missing), case
    assert {f.owner for f in found} <= {unit.unit_code}


def test_what_is_said_of_a_field_that_never_came() -> None:
    catalogue = Catalogue.of([NEWER, AT_LAND])
    paper = on_paper([("A", f"thủ tục  {LAND}"), ("A", LAND), ("A", "gì đó"), ("B", LAND)], catalogue)
    (one,) = never_received([COMMUNE], [], [CAME], catalogue, NOVEMBER, paper)
    assert one.facts == {
        "catalogue": "Đất đai",
        "warehouse": "no",
        "field": "Đất đai",
        "procedures": [LAND],
        "procedure_count": 1,
        "last_received": "",
        "paper_lines": 2,
    }


def test_what_came_to_the_units_before_it_came_to_their_heir_too() -> None:
    catalogue, forebears = Catalogue.of([NEWER, AT_LAND]), {"A": frozenset({"A", "B", "C"})}
    before = [CAME, received(LAND, unit="C", last=EVE)]
    assert not [*never_received([COMMUNE], [], before, catalogue, NOVEMBER, {}, forebears)]
    assert [*never_received([COMMUNE], [], before, catalogue, NOVEMBER, {}, {"A": frozenset({"A", "B"})})]


def test_procedures_out_of_force_oblige_nobody() -> None:
    gone = line(LAND, field="Đất đai", level="xã", status="repealed", valid_to=EVE)
    assert not [*never_received([COMMUNE], [], [CAME], Catalogue.of([NEWER, gone]), NOVEMBER, {})]


def test_levels_of_a_cell() -> None:
    assert levels_of("Cấp tỉnh; cấp  XÃ/huyện") == {"tỉnh", "xã", "huyện"}
    assert levels_of("") == frozenset()
