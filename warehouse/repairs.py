"""Repairs of a reconciliation: the preview that a person confirms, kept beside it, and what of a pull may be loaded.

What may be repaired is decided in `tasks/rules/repairs`; loading is `loads.merge`, as ever.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, func, insert, select, union, update

from tasks.rules.difference_model import Cause, DifferenceClass, DifferenceState, Finding, Scope
from warehouse import audit_chain
from warehouse.staging import Staged
from warehouse.tables import differences, reconciliations

REPAIR = "reconcile_repair"  # the act in the audit


def keep_preview(conn: Connection, run_id: str, plan: Mapping[str, Any]) -> None:
    """Beside the stored reconciliation, for whoever confirms it; a run that stored nothing keeps none."""
    chosen = select(reconciliations.c.summary).where(reconciliations.c.run_id == run_id)
    summary = conn.execute(chosen).scalar_one_or_none()
    if summary is not None:
        told = update(reconciliations).where(reconciliations.c.run_id == run_id)
        conn.execute(told.values(summary={**summary, "repair": dict(plan)}))


def preview_of(conn: Connection, run_id: str) -> tuple[date, Mapping[str, Any]] | None:
    """(business date, plan) of the preview that a reconciliation left; None where there is none."""
    chosen = select(reconciliations.c.business_date, reconciliations.c.summary)
    row = conn.execute(chosen.where(reconciliations.c.run_id == run_id)).one_or_none()
    return None if row is None or "repair" not in row.summary else (row.business_date, row.summary["repair"])


def standing(conn: Connection, scope: Scope) -> list[Finding]:
    """Open differences between source and warehouse in that scope, whichever run found them: a reporting view is not
    read again where nothing moved, and what stood there stands.
    """
    wanted = (differences.c.state == DifferenceState.OPEN, differences.c.sides == "source/warehouse")
    names = ("unit_code", "system", "code", "sides", "source", "day")
    return [
        Finding(
            kind=DifferenceClass(row["kind"]),
            key=row["record_key"],
            column=row["column_name"],
            cause=Cause(row["cause"]),
            **{name: row[name] for name in names},
        )
        for row in conn.execute(select(differences).where(*wanted)).mappings()
        if scope.holds_source(row["source"]) and scope.holds_unit(row["unit_code"]) and scope.holds_day(row["day"])
    ]


def note_repair(conn: Connection, by: str, run_id: str, now: datetime, detail: Mapping[str, Any]) -> None:
    """The audit row of a repair: who confirmed which preview, why, and how much is pulled again."""
    audit_chain.append(conn, now, by, REPAIR, run_id, detail)


def keep_only(conn: Connection, staged: Staged, keys: Iterable[str]) -> int:
    """Of what is staged leave the records of these keys; returns how many are left, those put aside included."""
    wanted = Table("wanted_keys", MetaData(), Column("record_key", Text, primary_key=True), prefixes=["TEMPORARY"])
    wanted.create(conn)
    if told := [{"record_key": key} for key in sorted(set(keys))]:
        conn.execute(insert(wanted), told)
    left = 0
    for table in (staged.rows, staged.aside):
        conn.execute(delete(table).where(table.c.record_key.not_in(select(wanted.c.record_key))))
        left += conn.execute(select(func.count()).select_from(table)).scalar_one()
    wanted.drop(conn)
    return left


def bodies_of(conn: Connection, staged: Staged) -> frozenset[str]:
    """Hashes of the bodies in which the staged records stand."""
    refs = union(select(staged.rows.c.source_ref), select(staged.aside.c.source_ref))
    return frozenset(ref.removeprefix("sha256:").partition("#")[0] for ref in conn.execute(refs).scalars())
