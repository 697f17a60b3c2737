"""The tracking books of the starter: read whole, of its units, and one with its sample dossiers on any day."""

import csv
from datetime import date, datetime, time
from pathlib import Path

import pytest

from deployments.cli_init import write_starter
from tasks.rules.difference_model import Scope
from tasks.rules.register_model import Held, books_of
from tasks.rules.register_rules import compare_books
from tasks.rules.timezone import HANOI
from tasks.sources.register_files import other_files, register_files
from tasks.sources.registers import RegisterRead, read_register


def the_day(text: str) -> date | None:
    return datetime.strptime(text[:10], "%d/%m/%Y").date() if text else None  # noqa: DTZ007


def dossiers(folder: Path) -> list[Held]:
    rows = csv.DictReader((folder / "data" / "dossiers.csv").read_text(encoding="utf-8-sig").splitlines())
    return [
        Held(
            system="mot-cua",
            key=row["Mã hồ sơ"],
            code=row["Mã hồ sơ"],
            unit_code=row["Mã đơn vị"],
            received_on=the_day(row["Ngày tiếp nhận"]),
            due_on=the_day(row["Ngày hẹn trả"]),
            returned_on=the_day(row["Ngày trả kết quả"]),
            status=int(row["Trạng thái"]),
        )
        for row in rows
    ]


def registers(folder: Path, today: date) -> list[RegisterRead]:
    as_of = datetime.combine(today, time(7, 30), tzinfo=HANOI)
    files, notes = register_files(folder / "registers")
    assert not notes
    return [read_register(folder / "registers", file, as_of) for file in files]


@pytest.mark.parametrize("today", [date(2025, 12, 31), date(2026, 11, 21), date(2028, 2, 29)])
def test_the_books_agree_with_the_dossiers(tmp_path: Path, today: date) -> None:
    write_starter(tmp_path, today)
    read, held = registers(tmp_path, today), dossiers(tmp_path)

    books = books_of([line for one in read for line in one.lines], {one.name: one.columns for one in read})

    assert {one.name.rpartition("-")[2] for one in read} == {f"{today:%Y%m%d}.csv"}
    assert sorted(line.code for one in read for line in one.lines) == sorted(one.code for one in held)
    assert compare_books(books, held, Scope()).findings == []
    assert {book.unit_code for book in books} == {one.unit_code for one in held}
    assert not [one for one in read if one.unreadable or one.unshown or one.odd_kinds or one.notes]
    assert other_files(tmp_path / "registers") == []
