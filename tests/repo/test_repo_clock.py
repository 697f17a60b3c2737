"""Now is a parameter: only the places named here read the machine's clock."""

import ast

from tests.repo.tree import ROOT, name_of, parsed, product

READERS = {
    "tasks/clock.py": "makes the one clock of a run",
    "tasks/sources/files.py": "whether a file is still being written is a matter of the machine's clock",
    "tasks/sources/http_pace.py": "a server that says until which date to leave it alone, and not what time it is",
    "deployments/cli_mail.py": "when a person acted at the desk",
    "deployments/cli_show.py": "what is open now",
    "deployments/preflight.py": "whether the as_of asked for is another day than today",
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def clock_reads(tree: ast.Module) -> list[int]:
    """Lines that name a clock, called or handed on."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (_owner(node.value), node.attr) in CLOCKS
    ]


def _owner(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_the_clock_is_handed_in() -> None:
    reads = {name_of(path): lines for path in product() if (lines := clock_reads(parsed(path)))}
    assert {name: lines for name, lines in reads.items() if name not in READERS} == {}


def test_no_reader_is_listed_in_vain() -> None:
    assert [name for name in READERS if not clock_reads(parsed(ROOT / name))] == []


def test_the_check_sees_every_way_to_ask() -> None:
    asked = "import datetime as d\nd.datetime.now()\ndate.today()\nask = time.time\n"
    assert sorted(clock_reads(ast.parse(asked))) == [2, 3, 4]
