"""The catalogue of what sources say: complete, in both languages, and unable to carry anything it should not."""

import re
import string
from pathlib import Path

import pytest

from tasks.sources.base import Note, SourceFault
from tasks.sources.sentences import SENTENCES, sentence

CODE = re.compile(r'(?:SourceFault\(|[._]fault\(|_?note\(|Note\(code=)\s*(?:code=)?"([a-z_]+)"')
ROOT = Path(__file__).parents[2]
HARMLESS = {
    "source",
    "file",
    "fault",
    "folder",
    "pattern",
    "columns",
    "column",
    "count",
    "line",
    "limit",
    "form",
    "host",
    "status",
    "seconds",
    "rows",
    "total",
    "what",
    "encoding",
    "titles",
    "headings",
    "groups",
    "totals",
    "signatures",
    "blank",
    "empty",
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_raised_has_its_sentence() -> None:
    sources = [*(ROOT / "tasks/sources").glob("*.py"), *(ROOT / "tasks/intake").glob("*.py")]
    used = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 25
    assert used <= SENTENCES.keys()


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_say_the_same_of_harmless_things(code: str) -> None:
    vietnamese, english = SENTENCES[code]
    in_vietnamese = {"columns" if name == "labels" else name for name in fields(vietnamese)}  # as offices call them
    assert in_vietnamese == fields(english) <= HARMLESS
    assert vietnamese != english
    assert vietnamese.endswith(".")
    assert english.endswith(".")


def test_faults_and_notes_speak() -> None:
    fault = SourceFault("no_file", {"source": "contacts", "pattern": "contacts*.csv"})
    assert "contacts*.csv" in fault.sentence("vi")
    assert str(fault).startswith("no_file: Source contacts:")
    assert Note(code="retried", params={"source": "x", "count": 2}).text("en").startswith("Source x: 2")
    assert "?" in sentence("no_file", {}, "vi")
