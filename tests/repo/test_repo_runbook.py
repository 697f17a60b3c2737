"""The runbook in two languages: the same commands in the same order, all of them there, every flow and status told."""

import re

import pytest

from deployments.schedules import DEPLOYMENTS
from tests.repo.test_repo_guides import exists
from tests.runbook import BOOKS, Block, blocks

ROWS = re.compile(r"^\| `?([a-z-]+|\d+(?:, \d+)?)`? \|", re.MULTILINE)
STATUSES = {"0", "1", "2", "3", "4", "5", "6", "75", "130, 143"}  # design §3


def test_both_languages_tell_the_same_commands_in_the_same_order() -> None:
    assert blocks(BOOKS["vi"]) == blocks(BOOKS["en"])


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_every_flow_and_every_status_is_told(book) -> None:
    told = set(ROWS.findall(book.read_text(encoding="utf-8")))
    assert told >= {row.name for row in DEPLOYMENTS} | STATUSES
    assert book.read_text(encoding="utf-8").count("\n## ") == 12


@pytest.mark.parametrize("block", blocks(BOOKS["vi"]), ids=lambda block: block.lines[0])
def test_commands_exist(block: Block) -> None:
    assert [words for words in block.typed() if not exists(words)] == []
