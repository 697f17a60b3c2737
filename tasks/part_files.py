"""Parts of a load as files in the shared landing, while several processes work on them: JSON, 0600, there whole or not.

`<landing>/parts/<run id>/<source>/<number>.read` holds what the source gave, `<number>.ready` what is to be staged of
it. They live as long as the load. Who writes and reads them when is `scaling`'s.
"""

import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from expectations.report import RuleResult
from expectations.tally import Tally
from tasks.rules.timezone import HANOI
from tasks.sources.base import Malformed, Part
from warehouse.staging import Prepared

PARTS = "parts"


@dataclass(frozen=True, slots=True)
class PartFiles:
    """The files of one load."""

    folder: Path

    @classmethod
    def of_load(cls, landing: Path, run_id: str, source: str) -> "PartFiles":
        """Where its parts lie: a worker given up on may come late, and must not meet those of the next source."""
        return cls(landing / PARTS / run_id / source)

    def write_part(self, number: int, part: Part) -> None:
        """As the source gave it."""
        told = {
            "columns": {name: list(cells) for name, cells in part.columns.items()},
            "refs": list(part.refs),
            "moment": part.moment.isoformat(),
            "malformed": [[place, one.code, one.fingerprint] for place, one in part.malformed.items()],
        }
        self._write(f"{number}.read", told)

    def read_part(self, number: int) -> Part:
        """What `write_part` wrote."""
        told = self._read(f"{number}.read")
        return Part(
            columns=told["columns"],
            refs=told["refs"],
            moment=datetime.fromisoformat(told["moment"]).astimezone(HANOI),
            malformed={place: Malformed(code, fingerprint) for place, code, fingerprint in told["malformed"]},
        )

    def write_ready(self, number: int, ready: Prepared, tally: Tally) -> None:
        """What is to be staged, and what the expectations counted on the way."""
        counted = [
            [rid, rows, refused, list(map(asdict, rules))] for rid, (rows, refused, rules) in tally.parts.items()
        ]
        self._write(f"{number}.ready", {"rows": ready.rows, "aside": ready.aside, "counted": counted})

    def read_ready(self, number: int, tally: Tally) -> Prepared:
        """What `write_ready` wrote; its counts are added to the tally."""
        told = self._read(f"{number}.ready")
        for rid, rows, refused, rules in told["counted"]:
            tally.parts[rid] = (rows, refused, tuple(RuleResult(**rule) for rule in rules))
        return Prepared(told["rows"], told["aside"])

    def drop(self, number: int) -> None:
        """This part is staged."""
        for path in self.folder.glob(f"{number}.*"):
            path.unlink(missing_ok=True)

    def _write(self, name: str, told: Any) -> None:
        for folder in (self.folder.parents[1], self.folder.parent, self.folder):
            folder.mkdir(exist_ok=True, mode=0o700)
        handle, begun = tempfile.mkstemp(dir=self.folder)  # 0600; another try at the same part may be under way
        with os.fdopen(handle, "w", encoding="ascii") as out:
            json.dump(told, out, separators=(",", ":"))
        Path(begun).replace(self.folder / name)

    def _read(self, name: str) -> Any:
        with (self.folder / name).open(encoding="ascii") as file:
            return json.load(file)


def clear(landing: Path) -> None:
    """Parts of this run and of dead ones go; only the holder of the run lock may say so."""
    shutil.rmtree(landing / PARTS, ignore_errors=True)
