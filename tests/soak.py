"""`python -m tests.soak [--kills N] [--days N] [--seed S]`: what takes too long for every day; told in docs/soak.md.

`make test` kills runs and loads at a few moments; here they are killed thirty times at random and at every fault point.
After that one process lives through a hundred days (`soak_days`).
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from tests.benchmarks.figures import versions
from tests.soak_days import section

PAGE = Path("docs/soak.md")
LONG = (
    "tests/e2e/test_killed_mornings.py::test_killed_at_random_moments",
    "tests/integration/test_faults_w_killed.py",
    "tests/integration/test_faults_w_migrations.py",
)
HEAD = """\
# Soak

To repeat: `make soak` (about fifteen minutes on two cores). `make test` does the same with few kills: two random ones
in the mornings (`DONDOC_KILLS`), and not every fault point of loads and upgrades (`DONDOC_KILL_EVERY`).

Mornings of the story, all kinds of them, are killed at random moments {kills} times in all (seed `{seed}`); each is
finished. Loads and upgrades are killed at every statement and every commit in turn, on both databases. After every kill
the books must be those of before or of after, and in the end those of an undisturbed run.

Last done on {day}: {passed} of {all} passed.

| what | outcome | seconds |
|---|---|---:|
"""


def main() -> int:
    """1 when a test failed; the page is written in any case."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=30, help="random kills of mornings")
    parser.add_argument("--seed", default=f"{date.today()}", help="which moments")  # noqa: DTZ011 - a name, no date
    parser.add_argument("--days", type=int, default=100, help="working days in the life of one process, at least 40")
    parser.add_argument("--out", type=Path, default=PAGE)
    given = parser.parse_args()
    env = os.environ | {"DONDOC_KILLS": f"{given.kills}", "DONDOC_KILL_SEED": given.seed, "DONDOC_KILL_EVERY": "1"}
    with TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        asked = [sys.executable, "-m", "pytest", "-s", "--timeout=3600", f"--junitxml={told}", *LONG]
        status = subprocess.run(asked, env=env, check=False).returncode
        lines = rows(told)
        life = Path(folder) / "days.json"
        words = [sys.executable, "-W", "ignore", "-m", "tests.soak_days", f"--days={given.days}", f"--out={life}"]
        lived = subprocess.run(words, env=env | {"PREFECT_LOGGING_LEVEL": "ERROR"}, check=False).returncode
        chapter, sound = section(json.loads(life.read_text(encoding="utf-8")))
    passed = sum(outcome == "passed" for _, outcome, _ in lines)
    text = HEAD.format(kills=given.kills, seed=given.seed, day=date.today(), passed=passed, all=len(lines))  # noqa: DTZ011
    text += "".join(f"| {name} | {outcome} | {seconds:.0f} |\n" for name, outcome, seconds in lines)
    given.out.write_text(f"{text}{chapter}\n{versions()}.\n", encoding="utf-8")
    return int(bool(status or lived) or not sound)


def rows(told: Path) -> Sequence[tuple[str, str, float]]:
    """(test, outcome, seconds)."""
    found = []
    for case in ElementTree.parse(told).iter("testcase"):
        worse = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        name = case.attrib["name"].removeprefix("test_").replace("_", " ")
        found.append((name, worse[0] if worse else "passed", float(case.attrib["time"])))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
