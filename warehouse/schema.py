"""Creating, updating and recognising the warehouse's schema.

Migrations are ours alone: own version table, no ini file, one transaction for all steps, so an interrupted upgrade
leaves the old schema and is simply run again. How a step looks belongs to `migrations/versions`.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from warehouse.engine import VERSION_TABLE, reading, sqlite_file, transaction, where_is
from warehouse.errors import SchemaError
from warehouse.tables import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> tuple[str, ...]:
    """The revisions this version knows, oldest first: the numbers before the first underscore of the file names."""
    return tuple(sorted(p.stem.split("_", 1)[0] for p in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


def upgrade(engine: Engine) -> None:
    """Create the schema in an empty database or bring an older one up to date; a current one is left alone.

    Raises SchemaError for another application's database and for a schema newer than this version.
    """
    with transaction(engine) as conn:
        upgrade_on(conn, where_is(engine))


def upgrade_on(conn: Connection, where: str, revision: str = "head") -> None:
    """The same inside the caller's transaction (a dry run rolls it back); `where` names the database in errors.

    With `revision` only as far as that one: a restored backup brings rows of its own time.
    """
    if found_revision(conn, where) == revisions()[-1]:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, revision)


def check(engine: Engine) -> None:
    """Raise SchemaError unless the database has exactly the schema of this version; never creates or changes one."""
    where = where_is(engine)
    path = sqlite_file(engine)
    if path is not None and not path.exists():
        raise SchemaError("missing", where)
    with reading(engine) as conn:
        found = found_revision(conn, where)
        if found is None:
            raise SchemaError("missing", where)
        if found != revisions()[-1]:
            raise SchemaError("older", where, found)
        lacking = sorted(set(metadata.tables) - set(inspect(conn).get_table_names()))
    if lacking:
        raise SchemaError("damaged", where, "table " + ", ".join(lacking))


def found_revision(conn: Connection, where: str) -> str | None:
    """The revision found, None for an empty database; a foreign or newer schema is refused."""
    tables = inspect(conn).get_table_names()
    if VERSION_TABLE not in tables:
        if tables:
            raise SchemaError("foreign", where, ", ".join(sorted(tables)[:3]))
        return None
    found = conn.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608 - constant
    if found is None:
        raise SchemaError("damaged", where, f"the row of {VERSION_TABLE}")
    if found not in revisions():
        raise SchemaError("newer", where, str(found))
    return str(found)
