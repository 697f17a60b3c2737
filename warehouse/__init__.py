"""SQLAlchemy models, engine, lock, merge, ledger, named queries. Stores and answers, never decides."""
