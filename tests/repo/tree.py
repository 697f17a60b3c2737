"""The files of the project as they lie in the working tree."""

import ast
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("flows", "tasks", "expectations", "warehouse", "deployments")
NOT_OURS = {".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"}
NOT_OURS |= {"__pycache__", "var", "demo-out", "dist"}


def product() -> list[Path]:
    """Python files of the five rooms."""
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def texts() -> list[Path]:
    """Every text file of the project."""
    found = []
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in NOT_OURS]
        found += [Path(folder) / name for name in files if not name.endswith((".pyc", ".png", ".ico", ".xlsx"))]
    return sorted(found)


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Path from the root of the project, for messages."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Dotted name of a product file."""
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
