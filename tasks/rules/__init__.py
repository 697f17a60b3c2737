"""Pure domain rules: values in, values out. No Prefect, SQLAlchemy, GX, network, files or clock."""
