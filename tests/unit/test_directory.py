"""Who answers for a unit on a day: succession by code and date, delegates, deputies; never a guess."""

from datetime import date

import pytest

from tasks.rules.directory import Directory, NoRecipient
from tasks.rules.model import Recipient
from tasks.rules.records import Absence, Contact, Succession, Unit

EVE, MERGER, TODAY = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 23)
BEFORE, AFTER = date(2025, 6, 20), date(2026, 11, 2)
WARD = "31157"

UNITS = [
    Unit(code="31243", name="xã Thạnh Thắng", valid_to=EVE),
    Unit(code="31240", name="xã Thạnh An cũ", valid_to=EVE),
    Unit(code="31231", name="thị trấn Thạnh An", valid_to=EVE),
    Unit(code="31231", name="xã Thạnh An", parent_code="92", valid_from=MERGER),
    Unit(code="31246", name="xã Thạnh Quới", valid_from=MERGER),
    Unit(code="31150", name="phường bị chia", valid_to=EVE),
    Unit(code="31151", name="phường bị chia, có nơi nhận", valid_to=EVE),
    Unit(code="31149", name="xã nhập năm 2020", valid_to=date(2020, 1, 31)),
    Unit(code="924", name="huyện Vĩnh Thạnh", valid_to=EVE),
    Unit(code=WARD, name="phường Thới Long", valid_from=MERGER),
    Unit(code="92", name="thành phố Cần Thơ"),
]
SUCCESSIONS = [
    Succession(old_code="31243", new_code="31231", effective_from=MERGER, share="whole", legal_basis="NQ 1668"),
    Succession(old_code="31231", new_code="31231", effective_from=MERGER, share="whole"),
    Succession(old_code="31240", new_code="31246", effective_from=MERGER, share="whole"),
    Succession(old_code="31150", new_code=WARD, effective_from=MERGER, share="part"),
    Succession(old_code="31150", new_code="31246", effective_from=MERGER, share="part"),
    Succession(old_code="31151", new_code=WARD, effective_from=MERGER, share="default"),
    Succession(old_code="31151", new_code="31246", effective_from=MERGER, share="part"),
    Succession(old_code="31149", new_code="31243", effective_from=date(2020, 2, 1), share="whole"),
]


@pytest.mark.parametrize(
    ("case", "code", "recorded_on", "expected"),
    [
        ("it never changed", "92", BEFORE, "thành phố Cần Thơ"),
        ("whole", "31243", BEFORE, "xã Thạnh An"),
        ("the heir of old Thạnh An is not the one called Thạnh An", "31240", BEFORE, "xã Thạnh Quới"),
        ("a reused code, recorded under the old bearer", "31231", BEFORE, "xã Thạnh An"),
        ("a reused code, recorded under the new bearer", "31231", AFTER, "xã Thạnh An"),
        ("divided, one part by default", "31151", BEFORE, "phường Thới Long"),
        ("divided only", "31150", BEFORE, "divided"),
        ("two mergers in turn", "31149", date(2019, 5, 6), "xã Thạnh An"),
        ("a district without heir", "924", BEFORE, "no_successor"),
        ("an old code used after its end", "31243", AFTER, "unknown_unit"),
        ("a new code used before its beginning", "31246", BEFORE, "unknown_unit"),
        ("a code nobody knows", "99999", AFTER, "unknown_unit"),
    ],
)
def test_succession(case, code, recorded_on, expected) -> None:
    found = Directory(UNITS, SUCCESSIONS).answering(code, recorded_on, TODAY)
    assert (found.today.name if found.today else found.problem) == expected, case


def test_the_legal_basis_is_the_last_step() -> None:
    assert Directory(UNITS, SUCCESSIONS).answering("31149", date(2019, 5, 6), TODAY).basis == "NQ 1668"


OPEN_OLD = Unit(code="31231", name="thị trấn Thạnh An")  # the old row was left open
REUSED = Unit(code="31231", name="xã Thạnh An", valid_from=MERGER)


@pytest.mark.parametrize("rows", [[OPEN_OLD, REUSED], [REUSED, OPEN_OLD]], ids=["old first", "new first"])
def test_a_newer_unit_ends_an_older_one_that_was_left_open(rows) -> None:
    directory = Directory([*rows, *UNITS[4:5]], SUCCESSIONS)
    assert directory.unit_on("31231", TODAY).name == "xã Thạnh An"
    assert directory.unit_on("31231", EVE).name == "thị trấn Thạnh An"
    assert directory.answering("31231", BEFORE, TODAY).today.name == "xã Thạnh An"
    assert Directory(rows).answering("31231", BEFORE, TODAY).problem == "no_successor"


def test_two_units_that_claim_a_code_from_the_same_day_are_nobodys_guess() -> None:
    other = Unit(code="31231", name="phường khác", valid_from=MERGER)
    assert Directory([REUSED, other]).unit_on("31231", TODAY) is None
    assert Directory([REUSED, other]).answering("31231", AFTER, TODAY).problem == "unknown_unit"
    assert Directory([REUSED, REUSED]).unit_on("31231", TODAY) == REUSED  # told twice is not told differently


def test_the_heirs_of_a_reused_code_belong_to_the_unit_that_bore_it() -> None:
    later = date(2026, 3, 1)
    units = [*UNITS[2:3], Unit(code="31231", name="xã Thạnh An", valid_from=MERGER, valid_to=date(2026, 2, 28))]
    units += [Unit(code="31300", name="phường Thạnh An", valid_from=later)]
    steps = [*SUCCESSIONS, Succession(old_code="31231", new_code="31300", effective_from=later, share="whole")]
    assert Directory(units, steps).answering("31231", BEFORE, TODAY).today.name == "phường Thạnh An"


def contact(role: str, name: str, **more) -> Contact:
    return Contact(unit_code=WARD, role=role, email=f"{name}@x.gov.vn", title=more.pop("title", name), **more)


def absence(*delegates: str, until: date = date(2026, 12, 4)) -> list[Absence]:
    addresses = [f"{name}@x.gov.vn" if name else "" for name in delegates]
    return [
        Absence(unit_code=WARD, from_on=date(2026, 11, 16 + n), to_on=until, delegate_email=address)
        for n, address in enumerate(addresses)
    ]


HEAD, DEPUTY = contact("head", "head"), contact("deputy", "deputy")
SECOND = contact("deputy", "second")


@pytest.mark.parametrize(
    ("case", "contacts", "absences", "bounced", "expected"),
    [
        ("the head", [HEAD, DEPUTY], [], [], "head"),
        ("nobody", [], [], [], "no_contact"),
        ("a deputy is no head", [DEPUTY], [], [], "no_contact"),
        ("two heads", [HEAD, contact("head", "other")], [], [], "several_heads"),
        ("two heads in turn", [HEAD, contact("head", "other", valid_to=EVE)], [], [], "head"),
        ("away, with delegate", [HEAD, DEPUTY], absence("deputy"), [], "deputy for head"),
        ("away, without delegate", [HEAD, DEPUTY], absence(""), [], "head"),
        ("back again", [HEAD, DEPUTY], absence("deputy", until=date(2026, 11, 22)), [], "head"),
        ("a delegate from elsewhere", [HEAD], absence("guest"), [], "guest for head"),
        ("two absences, one names a delegate", [HEAD], absence("", "guest"), [], "guest for head"),
        ("two absences, the same delegate", [HEAD], absence("guest", "guest"), [], "guest for head"),
        ("two absences, two delegates", [HEAD], absence("guest", "deputy"), [], "several_delegates"),
        ("the head bounced", [HEAD, DEPUTY], [], ["head"], "deputy"),
        ("the head bounced in other letters", [HEAD, DEPUTY], [], ["HEAD"], "deputy"),
        ("the head bounced, no deputy", [HEAD], [], ["head"], "no_contact"),
        ("the head bounced, two deputies", [HEAD, DEPUTY, SECOND], [], ["head"], "several_deputies"),
        ("head and deputy bounced", [HEAD, DEPUTY], [], ["head", "deputy"], "no_contact"),
        ("the delegate bounced", [HEAD, DEPUTY], absence("guest"), ["guest"], "deputy"),
        ("the delegate bounced, no deputy", [HEAD], absence("guest"), ["guest"], "no_contact"),
        ("the delegate bounced, two deputies", [HEAD, DEPUTY, SECOND], absence("guest"), ["guest"], "several_deputies"),
        ("the deputy is the delegate that bounced", [HEAD, DEPUTY], absence("deputy"), ["deputy"], "no_contact"),
        ("the delegate is the only one who did not bounce", [HEAD], absence("guest"), ["head"], "guest for head"),
    ],
)
def test_who_is_written_to(case, contacts, absences, bounced, expected) -> None:
    directory = Directory(UNITS, (), contacts, absences, [f"{name}@x.gov.vn" for name in bounced])
    found = directory.head(WARD, TODAY)
    if isinstance(found, Recipient):
        told = found.address.removesuffix("@x.gov.vn") + (f" for {found.acting_for}" if found.acting_for else "")
    else:
        told = found.reason
    assert told == expected, case


def test_an_absence_that_names_a_delegate_counts_before_one_that_does_not() -> None:
    found = Directory(UNITS, (), [HEAD], absence("", "guest")).absence(WARD, TODAY)
    assert found is not None
    assert found.delegate_email == "guest@x.gov.vn"


@pytest.mark.parametrize(
    ("case", "contacts", "absences", "bounced", "expected"),
    [
        ("a head", [contact("head", "a", title="")], [], [], "Thủ trưởng phường Thới Long"),
        ("a delegate", [HEAD], absence("guest"), [], "Người được ủy quyền – phường Thới Long"),
        (
            "a delegate among the contacts",
            [HEAD, contact("deputy", "guest", title="")],
            absence("guest"),
            [],
            "Người được ủy quyền – phường Thới Long",
        ),
        (
            "a deputy for a head that bounced",
            [HEAD, contact("deputy", "a", title="")],
            [],
            ["head@x.gov.vn"],
            "Cấp phó của người đứng đầu – phường Thới Long",
        ),
        ("a title stands as it is", [contact("head", "a", title="Chủ tịch")], [], [], "Chủ tịch"),
    ],
)
def test_only_the_head_is_addressed_as_the_head(case, contacts, absences, bounced, expected) -> None:
    found = Directory(UNITS, (), contacts, absences, bounced).head(WARD, TODAY)
    assert isinstance(found, Recipient)
    assert found.post == expected, case


def test_a_superior_stands_under_the_unit_or_its_parent() -> None:
    above = Contact(unit_code="92", role="superior", email="p@x.gov.vn")
    directory = Directory(UNITS, (), [above])
    assert directory.above("31231", "superior", TODAY).post == "Lãnh đạo phụ trách thành phố Cần Thơ"
    assert directory.above(WARD, "superior", TODAY) == NoRecipient(WARD, "no_superior")
    assert Directory(UNITS, (), [above, above]).above("31231", "superior", TODAY).reason == "several_superior"


@pytest.mark.parametrize(
    ("case", "address", "expected"),
    [
        ("a head", "head@x.gov.vn", True),
        ("in other letters", "Head@X.gov.vn", True),
        ("a delegate", "guest@x.gov.vn", True),
        ("a former head", "former@x.gov.vn", False),
        ("a bounced deputy", "deputy@x.gov.vn", False),
        ("a stranger", "stranger@x.gov.vn", False),
    ],
)
def test_current_addresses(case, address, expected) -> None:
    contacts = [HEAD, DEPUTY, contact("head", "former", valid_to=EVE)]
    directory = Directory(UNITS, (), contacts, absence("guest"), ["Deputy@x.gov.vn"])
    assert directory.is_current_address(address, TODAY) is expected, case


def test_a_delegate_is_no_current_address_after_the_absence() -> None:
    directory = Directory(UNITS, (), [HEAD], absence("guest", until=date(2026, 11, 22)))
    assert not directory.is_current_address("guest@x.gov.vn", TODAY)
