"""Files stay findable: small, signposted, in the rooms of the design, and about this project only."""

import ast
import re
import subprocess
import sys

from tests.repo.tree import ROOMS, ROOT, module_of, name_of, parsed, product, texts

MOST_LINES = 250
MOST_FUNCTION_LINES = 50
LARGEST = 1_500_000
# written in two halves, so that this list does not find itself
MACHINE = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/"]))
PLACES = re.compile("|".join(["/ho" + "me/[a-z]", "/Us" + "ers/[a-z]", "/t" + "mp/[a-z]"]))
HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "pythonho" + "sted", "--(?:extra-)?index" + "-url", "--find" + "-links"])
)


def test_files_are_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_module_says_what_lives_there() -> None:
    silent = [name_of(path) for path in product() if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{name_of(path)}: {node.name} ({length(node)})"
        for path in product()
        if "migrations/versions" not in name_of(path)  # a migration is a list
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > MOST_FUNCTION_LINES
    ]
    assert long == []


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_speaks_of_a_machine_or_a_registry() -> None:
    found = []
    for path in texts():
        if path.suffix in (".svg", ".b64"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        hosts = HOSTS.search(text) if path.name != "LICENSE" else None
        places = PLACES.search(text) if not name_of(path).startswith("tests/") else None
        found += [f"{name_of(path)}: {hit.group()}" for hit in (hosts, places, MACHINE.search(text)) if hit]
    assert found == []


def test_only_the_rooms_of_the_design_hold_code() -> None:
    allowed = {*ROOMS, "tests"}
    holders = {name_of(path).split("/")[0] for path in texts() if path.suffix == ".py" and path.parent != ROOT}
    assert holders <= allowed


def test_no_large_file() -> None:
    assert not [name_of(path) for path in texts() if path.stat().st_size > LARGEST]


def test_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "common_utils", "misc"}
    assert not [name_of(path) for path in product() if path.stem in drawers]


def test_a_flow_file_takes_nobody_elses_name() -> None:
    # a flow loaded by path puts flows/ first on sys.path: flows/calendar.py would hide the standard module
    installed = {*sys.stdlib_module_names, *ROOMS, "tests", "prefect", "pydantic", "sqlalchemy", "pandas", "yagmail"}
    assert not {path.stem for path in (ROOT / "flows").glob("*.py")} & installed


def test_tasks_package_is_a_docstring_only() -> None:
    assert [type(node).__name__ for node in parsed(ROOT / "tasks" / "__init__.py").body] == ["Expr"]


def test_the_rules_load_no_framework() -> None:
    modules = [module_of(path) for path in product() if name_of(path).startswith("tasks/rules/")]
    pure = [module for module in modules if not module.endswith("_frame")]
    heavy = ["prefect", "sqlalchemy", "great_expectations", "pydantic", "httpx", "yagmail"]
    for loaded, forbidden in ((modules, heavy), (pure, [*heavy, "pandas", "numpy"])):
        code = (
            f"import importlib, sys\nfor name in {loaded!r}: importlib.import_module(name)\n"
            f"print(sorted(set({forbidden!r}) & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout.strip() == "[]"


def test_the_product_never_names_smtplib() -> None:
    # import-linter sees imports; this sees importlib.import_module and __import__ too
    word = "smtp" + "lib"
    named = []
    for path in product():
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [node.value] if isinstance(node, ast.Constant) and node.value == word else []
            if any(str(name).split(".")[0] == word for name in names):
                named.append(name_of(path))
    assert not named


def test_only_settings_reads_the_environment() -> None:
    readers = {
        "tasks/settings.py": "the reader",
        "tasks/settings_checks.py": "its checks",
    }
    found = []
    for path in product():
        if name_of(path) in readers or name_of(path).startswith("deployments/"):
            continue
        for node in ast.walk(parsed(path)):
            is_getenv = isinstance(node, ast.Attribute) and node.attr == "getenv"
            is_setting = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_getenv or (is_setting and re.fullmatch(r"DONDOC_[A-Z_]+", node.value)):
                found.append(f"{name_of(path)}:{node.lineno}")
    assert not found
