"""The runbook as its tests read it: blocks of commands, some typed in a sample province, others only looked at."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.repo.tree import ROOT

BOOKS = {"vi": ROOT / "docs" / "runbook.md", "en": ROOT / "docs" / "runbook.en.md"}
BLOCK = re.compile(r"^```(sh|console)(?: exit=(\d+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Lines of one block; `runs`: typed by a test, all but the last with status 0, the last with `status`."""

    runs: bool
    status: int
    lines: tuple[str, ...]

    def typed(self) -> list[list[str]]:
        """The words after `dondoc` of each line that calls it."""
        return [shlex.split(line)[1:] for line in self.lines if line.startswith("dondoc ")]


def blocks(book: Path) -> list[Block]:
    """All blocks in order."""
    found = BLOCK.findall(book.read_text(encoding="utf-8"))
    return [Block(kind == "sh", int(status or 0), tuple(text.splitlines())) for kind, status, text in found]
