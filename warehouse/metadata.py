"""The catalogue object all tables hang on, with names of constraints that are equal on every database.

Tables stand in `tables` (rows of the sources and the books of pulling and flagging), `mail_tables` (the ledger and the
desk) and `difference_tables` (reconciliation); importing `tables` is enough to have them all.
"""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        "fk": "fk_%(table_name)s__%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
