"""When a source's gate closes: too many bad rows, too many gone, or a number of flags nobody has seen before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.sentences import sentence
from tasks.rules.gates import GateLimits, PullCounts, flag_gate, gate

LIMITS = GateLimits()


def codes(counts: PullCounts, **more) -> list[str]:
    return [reason.code for reason in gate(counts, LIMITS, **more).reasons]


@pytest.mark.parametrize(
    ("case", "pulled", "bad", "known_bad", "expected"),
    [
        ("nothing pulled", 0, 0, 0, []),
        ("all good", 100, 0, 0, []),
        ("one bad row in a hundred thousand", 100_000, 1, 0, []),
        ("over the ratio, but few rows", 100, 19, 0, []),
        ("over the ratio and twenty rows", 100, 20, 0, ["too_many_quarantined"]),
        ("many rows, exactly at the ratio", 1000, 50, 0, []),
        ("many rows, just over the ratio", 1000, 51, 0, ["too_many_quarantined"]),
        ("the first of the seven mornings", 20, 7, 0, []),
        ("every later morning: the seven again", 20, 7, 7, []),
        ("only known bad rows are pulled", 7, 7, 7, []),
        ("just under half", 21, 10, 0, []),
        ("half, however few", 2, 1, 0, ["half_quarantined"]),
        ("everything bad", 40, 40, 0, ["half_quarantined"]),
        ("known bad rows do not water down the new ones", 40, 30, 20, ["half_quarantined"]),
        ("known bad rows do not add to the new ones", 1000, 69, 50, []),
        ("the ratio is that of the rest", 1000, 520, 500, []),
        ("the ratio is that of the rest, passed", 1000, 526, 500, ["too_many_quarantined"]),
    ],
)
def test_bad_rows(case, pulled, bad, known_bad, expected) -> None:
    assert codes(PullCounts(pulled=pulled, quarantined=bad, quarantined_known=known_bad)) == expected, case


@pytest.mark.parametrize(
    ("case", "known", "vanished", "expected"),
    [
        ("nothing was there before", 0, 0, []),
        ("one deleted record of a short list", 3, 1, []),
        ("exactly five in a hundred", 100, 5, []),
        ("six in a hundred", 100, 6, ["too_many_vanished"]),
        ("everything gone", 40, 40, ["too_many_vanished"]),
    ],
)
def test_vanished_records(case, known, vanished, expected) -> None:
    assert codes(PullCounts(pulled=10, quarantined=0, known=known, vanished=vanished)) == expected, case


@pytest.mark.parametrize(
    ("case", "flagged", "before", "closed"),
    [
        ("too few runs", 500, [30, 30, 30, 30], False),
        ("too few flags to be usual", 500, [19, 19, 19, 19, 19], False),
        ("as usual", 30, [30, 28, 33, 30, 31], False),
        ("twice as many is the edge", 60, [30] * 5, False),
        ("more than twice", 61, [30] * 5, True),
        ("half is the edge", 15, [30] * 5, False),
        ("less than half", 14, [30] * 5, True),
        ("none at all", 0, [30] * 5, True),
        ("only the last five runs count", 30, [900, 900, 30, 30, 30, 30, 30], False),
        ("one strange run among five moves no median", 30, [30, 30, 900, 30, 30], False),
    ],
)
def test_number_of_flags(case, flagged, before, closed) -> None:
    decision = flag_gate(flagged, before, LIMITS)
    assert decision.open is not closed, case
    assert [r.code for r in decision.reasons] == (["flags_out_of_band"] if closed else []), case


def test_all_reasons_are_told_at_once() -> None:
    counts = PullCounts(pulled=100, quarantined=30, known=100, vanished=50)
    found = codes(counts, flagged=500, flagged_before=[30] * 5)
    assert found == ["too_many_quarantined", "too_many_vanished", "flags_out_of_band"]


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_reason_reads_as_a_sentence_with_its_numbers(locale) -> None:
    closed = gate(
        PullCounts(pulled=100, quarantined=30, known=100, vanished=50), LIMITS, flagged=7, flagged_before=[30] * 5
    )
    closed_by_half = gate(PullCounts(pulled=4, quarantined=3), LIMITS)
    reasons = (*closed.reasons, *closed_by_half.reasons)
    texts = [sentence(r.code, locale, {**r.params, "source": "ho-so"}) for r in reasons]
    assert len(set(texts)) == 4
    for text, number in zip(texts, ("30", "50", "7", "3"), strict=True):
        assert number in text
        assert "{" not in text


@pytest.mark.parametrize(
    "counts",
    [
        {"pulled": 1, "quarantined": 2},
        {"pulled": 9, "quarantined": 2, "quarantined_known": 3},
        {"pulled": 9, "quarantined": 0, "known": 1, "vanished": 2},
    ],
)
def test_impossible_counts_are_refused(counts) -> None:
    with pytest.raises(ValueError, match="does not hold"):
        PullCounts(**counts)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_rows_known_to_be_bad_change_no_decision(good, bad, known) -> None:
    without = PullCounts(pulled=good + bad, quarantined=bad)
    with_known = PullCounts(pulled=good + bad + known, quarantined=bad + known, quarantined_known=known)
    assert gate(without, LIMITS) == gate(with_known, LIMITS)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_one_more_bad_row_never_opens_a_closed_gate(good, bad) -> None:
    before = gate(PullCounts(pulled=good + bad, quarantined=bad), LIMITS)
    after = gate(PullCounts(pulled=good + bad + 1, quarantined=bad + 1), LIMITS)
    assert before.open or not after.open
