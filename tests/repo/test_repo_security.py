"""What guards the installation itself: vulnerable packages are asked about honestly, nothing widens what is written."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, name_of, parsed, product

FINE = {"name": "jinja2", "version": "3.1.6", "vulns": []}
BAD = {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-2021-66"}]}
UNKNOWN = {"name": "jinja2", "skip_reason": "not found"}
REPORTS = {
    "all asked, none known": ([FINE], 0, "1 packages asked about"),
    "one is known": ([FINE, BAD, UNKNOWN], 1, "PYSEC-2021-66"),
    "some could not be asked about": ([FINE, UNKNOWN], 3, "COULD NOT ASK"),
    "nothing could be asked about": ([UNKNOWN], 3, "1 of 1"),
    "an empty answer": ([], 3, "COULD NOT ASK"),
    "no answer": (None, 3, "nobody answered"),
}
NARROW = {"deployments/__main__.py", "tasks/run_context.py"}  # they take rights away


@pytest.mark.parametrize("case", REPORTS)
def test_what_was_not_asked_is_not_called_sound(tmp_path: Path, case: str) -> None:
    packages, status, sentence = REPORTS[case]
    report = tmp_path / "report.json"
    if packages is not None:
        report.write_text(json.dumps({"dependencies": packages}), encoding="utf-8")
    words = [sys.executable, str(ROOT / ".ci" / "audit"), str(report)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, sentence in done.stdout + done.stderr) == (status, True)


def test_the_audit_is_part_of_every_change_and_not_of_the_tests() -> None:
    assert "make audit" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    test_recipe = makefile.split("\ntest:")[1].split("\n\n")[0]
    assert "audit" not in test_recipe


def test_only_the_doors_touch_the_umask() -> None:
    touching = {
        name_of(path)
        for path in product()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "umask"
    }
    assert touching == NARROW
