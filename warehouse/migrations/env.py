"""How Alembic reaches our database: always through the connection and transaction that `warehouse.schema` opened."""

from alembic import context

from warehouse.schema import VERSION_TABLE
from warehouse.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # holds on SQLite too, because our engine begins transactions itself
)
with context.begin_transaction():
    context.run_migrations()
