"""Every reason reads as a sentence that tells an official what is wrong and what to do, in both languages."""

import re

import pytest

from expectations.check_context import CheckContext
from expectations.sentences import codes, sentence
from expectations.suites import SUITES
from tasks.rules.datasets import DATASETS, Mode
from tests.unit.expectation_cases import NOW

RULES = [
    (name, rule) for name, suite in SUITES.items() for rule in suite.rules(CheckContext(now=NOW, mode=Mode.SNAPSHOT))
]
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵắằẵặẳấầẫậẩếềễệểốồỗộổớờỡợởứừữựử]", re.IGNORECASE)


def test_every_dataset_has_a_suite() -> None:
    assert SUITES.keys() == DATASETS.keys()


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{n}-{r.code}" for n, r in RULES])
def test_a_rule_reads_as_a_sentence(name, rule) -> None:
    for text in (rule.text_vi, rule.text_en):
        assert text[0].isupper() or text[0] in "“"
        assert text.endswith(".")
        assert "{" not in text
        assert "  " not in text
    assert VIETNAMESE.search(rule.text_vi)
    assert VIETNAMESE.search(rule.basis)
    assert not VIETNAMESE.search(rule.text_en)
    assert not rule.column or any(rule.column == c.name for c in DATASETS[name].columns)


def test_a_code_says_the_same_wherever_it_stands() -> None:
    texts = {}
    for _, rule in RULES:
        assert texts.setdefault(rule.code, (rule.text_vi, rule.text_en)) == (rule.text_vi, rule.text_en)


@pytest.mark.parametrize("name", sorted(SUITES))
def test_a_code_stands_once_in_a_suite(name) -> None:
    found = [rule.code for suite, rule in RULES if suite == name]
    assert len(found) == len(set(found))


def test_every_code_has_both_sentences() -> None:
    assert {rule.code for _, rule in RULES} < codes()
    for code in codes():
        assert sentence(code) == sentence(code, "vi") != sentence(code, "en")


def test_a_code_of_an_older_version_still_gives_a_sentence() -> None:
    assert "abandoned_rule" in sentence("abandoned_rule")
    assert "abandoned_rule" in sentence("abandoned_rule", "en")
