"""Rows of units, succession, contacts and absences become the rules' records. No decisions here."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tasks.rules.records import Absence, Contact, Succession, Unit

Row = Mapping[str, Any]


def units(rows: Iterable[Row]) -> list[Unit]:
    """Rows of `units`."""
    return [
        Unit(
            code=r["unit_code"],
            name=r["name"],
            kind=r["kind"] or "",
            parent_code=r["parent_code"] or "",
            valid_from=r["valid_from"] or date.min,
            valid_to=r["valid_to"] or date.max,
        )
        for r in rows
    ]


def successions(rows: Iterable[Row]) -> list[Succession]:
    """Rows of `unit_succession`."""
    return [
        Succession(
            old_code=r["old_code"],
            new_code=r["new_code"],
            effective_from=r["effective_from"],
            share=r["share"],
            legal_basis=r["legal_basis"] or "",
        )
        for r in rows
    ]


def contacts(rows: Iterable[Row]) -> list[Contact]:
    """Rows of `contacts`, without the persons' names."""
    return [
        Contact(
            unit_code=r["unit_code"],
            role=r["role"],
            email=r["email"],
            title=r["title"] or "",
            salutation=r["salutation"] or "",
            valid_from=r["valid_from"] or date.min,
            valid_to=r["valid_to"] or date.max,
        )
        for r in rows
    ]


def absences(rows: Iterable[Row]) -> list[Absence]:
    """Rows of `absences`."""
    return [
        Absence(
            unit_code=r["unit_code"],
            from_on=r["from_on"],
            to_on=r["to_on"] or date.max,
            delegate_email=r["delegate_email"] or "",
        )
        for r in rows
    ]
