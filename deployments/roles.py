"""PostgreSQL roles as SQL: what each account may do, for the database administrator to read and to run.

`dondoc_run` works for the flows and desks: no DELETE on what people were told and did, no UPDATE on the audit.
`dondoc_read` looks: not into quarantined records, mail texts or where bodies lie. `dondoc_source` belongs into the
database of a source: it reads the reporting view and nothing else. Passwords are set by whoever runs this.
"""

from collections.abc import Iterable, Iterator, Mapping

RUN, READ, SOURCE = "dondoc_run", "dondoc_read", "dondoc_source"
NEVER_DELETED = ("mails", "mail_items", "disputes", "switches", "audit")
NEVER_CHANGED = ("audit",)
HIDDEN: Mapping[str, frozenset[str]] = {
    "quarantine": frozenset({"content", "reasons"}),  # the records as they came; sentences may quote them
    "mails": frozenset({"body", "digest"}),
    "landed": frozenset({"path", "name"}),
}


def statements() -> Iterator[str]:
    """For the warehouse's own database, run by its owner after `dondoc db upgrade`; may be repeated after upgrades."""
    from warehouse.engine import VERSION_TABLE
    from warehouse.tables import metadata

    yield from (_role(name) for name in (RUN, READ))
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {RUN}, {READ}"
    yield from (_on_database(right, name) for right, name in (("CONNECT, TEMPORARY", RUN), ("CONNECT", READ)))
    yield f"GRANT SELECT ON {VERSION_TABLE} TO {RUN}, {READ}"
    for name, table in sorted(metadata.tables.items()):
        yield f"REVOKE ALL ON {name} FROM {RUN}, {READ}"
        kept = {"DELETE": NEVER_DELETED, "UPDATE": NEVER_CHANGED}
        rights = [right for right in ("SELECT", "INSERT", "UPDATE", "DELETE") if name not in kept.get(right, ())]
        yield f"GRANT {', '.join(rights)} ON {name} TO {RUN}"
        hidden = HIDDEN.get(name, frozenset())
        shown = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in hidden)
        yield f"GRANT SELECT ({shown}) ON {name} TO {READ}" if hidden else f"GRANT SELECT ON {name} TO {READ}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {RUN}"


def source_statements(views: Iterable[str]) -> Iterator[str]:
    """For the database of a source, run by its administrator: the views that are read, and nothing else."""
    yield _role(SOURCE)
    yield f"ALTER ROLE {SOURCE} SET default_transaction_read_only = on"
    for view in views:
        if "." in view:
            yield f"GRANT USAGE ON SCHEMA {_quoted(view.rpartition('.')[0])} TO {SOURCE}"
        yield f"GRANT SELECT ON {_quoted(view)} TO {SOURCE}"


def _role(name: str) -> str:
    """A role that may log in once somebody gives it a password; one that is there stays as it is."""
    limits = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS"
    there = "duplicate_object OR unique_violation"
    return f"DO $$ BEGIN CREATE ROLE {name} {limits}; EXCEPTION WHEN {there} THEN NULL; END $$"


def _on_database(rights: str, role: str) -> str:
    """On the database this is run in, whatever its name."""
    grant = f"'GRANT {rights} ON DATABASE ' || quote_ident(current_database()) || ' TO {role}'"
    return f"DO $$ BEGIN EXECUTE {grant}; END $$"


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
