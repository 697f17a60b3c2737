"""What counts as the same in a column: noise never differs, a minute, a day, a letter always does."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.column_rules import (
    How,
    column_rules,
    differing,
    doubtful_value,
    folded_code,
    folded_key,
    folded_text,
    plain_value,
)
from tasks.rules.datasets import DOSSIERS
from tasks.rules.timezone import HANOI

RULES = column_rules(DOSSIERS)
AT = datetime(2026, 11, 20, 8, 15, tzinfo=HANOI)
ROW: dict[str, Any] = {
    "dossier_code": "H90.001-26-0001",
    "unit_code": "90001",
    "status": "4",
    "received_at": AT,
    "received_precision": "minute",
    "due_at": AT + timedelta(days=5),
    "due_precision": "minute",
    "procedure_name": "Đăng ký khai sinh",
    "duration_amount": 5,
    "resolved_at": None,
    "paused": False,
    "updated_at": AT,
}

CASES = [
    ("capitals of a text", {"procedure_name": "ĐĂNG KÝ KHAI SINH"}, ()),
    ("spaces of a text", {"procedure_name": " Đăng  ký khai\u00a0sinh "}, ()),
    ("decomposed letters", {"procedure_name": unicodedata.normalize("NFD", "Đăng ký khai sinh")}, ()),
    ("a mark nobody sees", {"procedure_name": "Đăng\u200b ký khai sinh"}, ()),
    ("another text", {"procedure_name": "Đăng ký khai tử"}, ("procedure_name",)),
    ("other accents", {"procedure_name": "Dang ky khai sinh"}, ("procedure_name",)),
    ("no text at all", {"procedure_name": None}, ("procedure_name",)),
    ("capitals of a code", {"dossier_code": "h90.001-26-0001"}, ()),
    ("spaces in a code", {"dossier_code": "H90.001 - 26-0001"}, ()),
    ("a code made a number", {"unit_code": "90001.0"}, ()),
    ("a zero less before", {"unit_code": "090001"}, ("unit_code",)),
    ("a code with an end of its own", {"dossier_code": "H90.001-26-0001.0"}, ("dossier_code",)),
    ("seconds", {"received_at": AT + timedelta(seconds=59)}, ()),
    ("the next minute", {"received_at": AT + timedelta(minutes=1)}, ("received_at",)),
    ("another zone", {"received_at": AT.astimezone(UTC)}, ()),
    ("only the day is known", {"due_at": AT + timedelta(days=5, hours=3), "due_precision": "day"}, ()),
    ("only the day, and another", {"due_at": AT + timedelta(days=6), "due_precision": "day"}, ("due_at",)),
    ("a day too far in Hanoi", {"due_at": AT + timedelta(days=5, hours=16), "due_precision": "day"}, ("due_at",)),
    ("an instant that was none", {"resolved_at": AT}, ("resolved_at",)),
    ("what nobody could read", {"received_at": "31/02/2026"}, ("received_at",)),
    ("another number", {"duration_amount": 6}, ("duration_amount",)),
    ("yes for no", {"paused": True}, ("paused",)),
    ("nothing for no", {"paused": None}, ("paused",)),
    ("when it was written", {"updated_at": AT + timedelta(days=1)}, ()),
]


@pytest.mark.parametrize(("changes", "columns"), [pytest.param(c, d, id=name) for name, c, d in CASES])
def test_columns_that_differ(changes: dict[str, Any], columns: tuple[str, ...]) -> None:
    assert differing(RULES, ROW | changes, ROW) == columns
    assert differing(RULES, ROW, ROW | changes) == columns


def test_every_column_of_the_catalogue_has_its_rule() -> None:
    told = {rule.column: rule.how for rule in RULES}
    assert list(told) == [column.name for column in DOSSIERS.columns]
    assert {name for name, how in told.items() if how is How.NOT_COMPARED} == {"updated_at"}
    assert {name for name, how in told.items() if how is How.MINUTE_OR_DAY} == {"received_at", "due_at"}


@given(st.text(st.characters(max_codepoint=0x1EFF)))
def test_folding_is_done_once(text: str) -> None:
    assert folded_text(folded_text(text)) == folded_text(text)
    assert folded_key(text + " ") == folded_key(text)
    assert folded_code(None) == folded_code("") == ""


def test_keys_are_folded_part_by_part() -> None:
    assert folded_key("H90-1 |90001.0|2026") == folded_key("h90-1|90001|2026.0") == "h90-1|90001|2026"
    assert folded_key("a|b") != folded_key("ab|")


def test_values_as_people_read_them() -> None:
    rules = {rule.column: rule for rule in RULES}
    dated = ROW | {"due_precision": "day", "procedure_name": "x" * 500}
    assert plain_value(rules["received_at"], ROW) == "2026-11-20T08:15+07:00"
    assert plain_value(rules["due_at"], dated) == "2026-11-25"
    assert len(plain_value(rules["procedure_name"], dated)) == 120
    assert plain_value(rules["resolved_at"], ROW) is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "H90-0001",
        "H90-Đ0007",
        "000.00.10.H31-231115-0001",
        "31157",
        "31/02/2026",
        "2026-11-16T08:15+07:00",
        "working_day",
        "UBND-TL",
        "123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_a_refused_cell_is_shown_where_it_must_be_a_code_or_a_day(text: str | None) -> None:
    assert doubtful_value(text, {"UBND-TL"}) == text


@pytest.mark.parametrize(
    "text",
    [
        "bà Riêng Tư",
        "Riêng",
        "Nguyen",
        "nguyen.van.an.1985",
        "UBND-TL",  # not known here
        "079085001234",
        "079.085.001.234",
        "079-085-001234",
        "CCCD:079085001234",
        "cccd079.085.001.234",
        "123456789",
        "0912345678",
        "0912 345 678",
        "+84912345678",
        "84.912.345.678",
    ],
)
def test_a_refused_cell_that_may_be_a_name_or_a_person_s_number_is_not_shown(text: str) -> None:
    assert doubtful_value(text) == "?"
    assert doubtful_value(text, {"0912345678"}) == "?"
