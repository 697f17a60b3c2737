"""Codes that look alike: what a clerk's hand, a font or a hurry makes of a code."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.lookalike import Likeness, alike, folded, likeness

CODE = "H13.45-261109-0012"
CODES = st.text(string.ascii_letters + string.digits + ".-Đđ", min_size=6, max_size=24)


@pytest.mark.parametrize(
    ("written", "known", "how"),
    [
        ("H13.45-2611O9-0012", CODE, Likeness.LETTERS),
        ("HI3.45-26ll09-OOl2", CODE, Likeness.LETTERS),
        ("H13.45-261109-0021", CODE, Likeness.NEIGHBOURS),
        ("H31.45-261109-0012", CODE, Likeness.NEIGHBOURS),
        ("H13.45-260911-0012", CODE, Likeness.DAY_AND_MONTH),  # 09/11 for 11/09
        ("PYC-05112026-7", "PYC-11052026-7", Likeness.DAY_AND_MONTH),
        ("PYC-20261105-7", "PYC-20260511-7", Likeness.DAY_AND_MONTH),
        ("000.ĐT.01-15", "000.DT.01-15", Likeness.DIACRITICS),
        ("H13.45-261109-0013", CODE, Likeness.ONE_SIGN),
        ("H13.45-261109-012", CODE, Likeness.ONE_SIGN),
        ("H13.45-261109-00112", CODE, Likeness.ONE_SIGN),
        ("13.45-261109-0012", CODE, Likeness.ONE_SIGN),
        (CODE, CODE, None),
        ("h13.45 - 261109 - 0012", CODE, None),  # the same code, however written
        ("H13.45-261109-0034", CODE, None),
        ("H13.62-261117-0081", CODE, None),
        ("17", "18", None),  # too short for a likeness
        ("0O12", "0012", None),
        ("", CODE, None),
    ],
)
def test_how_a_code_may_have_come_out_of_another(written: str, known: str, how: Likeness | None) -> None:
    assert likeness(written, known) is how


def test_the_likeliest_comes_first() -> None:
    near = ["H13.45-261109-0013", "H13.45-261109-0021", CODE, "H13.45-260911-0012", "H13.99-261109-4444"]

    assert [how for _, how in alike("H13.45-2611O9-0012", near)] == [Likeness.LETTERS]
    assert [code for code, _ in alike("H13.45-261109-0O12", [near[0], CODE])] == [CODE]


@pytest.mark.parametrize("written", ["H13.45-261109-0012", " h13.45- 261109-0012 ", "H13.45\u00a0-261109-0012"])
def test_case_and_spaces_make_no_other_code(written: str) -> None:
    assert folded(written) == folded(CODE)


@given(CODES)
def test_decomposed_letters_make_no_other_code(code: str) -> None:
    assert folded(unicodedata.normalize("NFD", code)) == folded(unicodedata.normalize("NFC", code))
    assert folded(folded(code)) == folded(code)


@given(CODES, CODES)
def test_likeness_goes_both_ways(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(CODES, st.data())
def test_any_one_wrong_sign_is_found(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(code) - 1))
    sign = data.draw(st.sampled_from(string.digits + string.ascii_letters))
    wrong = code[:place] + sign + code[place + 1 :]

    assert (likeness(wrong, code) is None) == (folded(wrong) == folded(code))
