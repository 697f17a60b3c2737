"""The demo's paper books: every flaw of the articles is in them, and nothing else."""

from pathlib import Path

import pytest

from deployments.demo.dossiers import DOSSIERS
from deployments.demo.posts import UNIT_MAP, UNITS
from deployments.demo.registers import registers, write_registers
from deployments.demo.story import MORNINGS, Dossier
from tasks.rules.difference_model import Finding, Scope
from tasks.rules.register_model import Held, books_of
from tasks.rules.register_rules import compare_books
from tasks.sources.register_files import register_files
from tasks.sources.registers import RegisterRead, read_register

_STATUS = {"releasing": 9, "done": 10, "waiting": 5}


def _held(dossier: Dossier) -> Held:
    view = dossier.views[-1]
    return Held(
        system="one-stop",
        key=str(dossier.record_id),
        code=dossier.code,
        unit_code=UNIT_MAP[dossier.agency],
        received_on=dossier.received.date(),
        source="one-stop",
        status=_STATUS.get(view.status, 4),
        due_on=view.due.date(),
        returned_on=view.finished.date() if view.finished else None,
    )


@pytest.fixture
def read(tmp_path: Path) -> list[RegisterRead]:
    write_registers(tmp_path)
    return [read_register(tmp_path, file, MORNINGS[-1]) for file in register_files(tmp_path)[0]]


@pytest.fixture
def found(read: list[RegisterRead]) -> list[Finding]:
    books = books_of((line for one in read for line in one.lines), {one.name: one.columns for one in read})
    return compare_books(books, map(_held, DOSSIERS), Scope()).findings


def test_every_flaw_and_no_other(found: list[Finding]) -> None:
    assert sorted((f.unit_code, f.kind.value, f.line or f.code, f.column) for f in found) == [
        ("31157", "field_differs", "215", "due_at"),
        ("31157", "field_differs", "219", "returned_at"),
        ("31157", "incomplete_in_register", "12", "to_unit"),
        ("31157", "incomplete_in_register", "9", "to_unit"),
        ("31157", "incomplete_in_register", "9", "transferred_on"),
        ("31157", "missing_in_register", "H13.45-261109-0012", ""),
        ("31157", "missing_in_register", "H13.45-261110-0008", ""),
        ("31157", "not_in_software", "217", ""),
        ("31157", "not_in_software", "219 (2)", ""),
        ("31157", "numbering_gap", "11", ""),
        ("31157", "numbering_gap", "216", ""),
        ("31157", "numbering_gap", "219 (2)", ""),
        ("31231", "not_in_software", "1", ""),
        ("31231", "not_in_software", "2", ""),
        ("31309", "incomplete_in_register", "41", "due_at"),
        ("31309", "incomplete_in_register", "41", "procedure_name"),
        ("31309", "incomplete_in_register", "42", "dossier_code"),
        ("31309", "incomplete_in_register", "43", "dossier_code"),
        ("31309", "incomplete_in_register", "43", "due_at"),
        ("31309", "incomplete_in_register", "43", "received_at"),
    ]
    assert {f.unit_code for f in found} <= {unit["unit_code"] for unit in UNITS}


def test_the_mistyped_code_is_proposed(found: list[Finding]) -> None:
    facts = {f.line: f.facts for f in found if f.kind.value == "not_in_software"}

    (candidate,) = facts["217"]["candidates"]
    assert (candidate["code"], candidate["reason"]) == ("H13.45-261109-0012", "letters")


def test_the_same_files_every_time(tmp_path: Path) -> None:
    assert registers() == registers()
    assert sorted(path.name for path in write_registers(tmp_path)) == sorted(registers())
    assert write_registers(tmp_path) == []


def test_no_column_is_there_for_a_person(read: list[RegisterRead]) -> None:
    assert not [note for one in read for note in one.notes if note.code != "left_out"]
