#!/bin/sh
# Secrets come as files; Prefect and the database driver read variables. Then the command takes over.
set -eu
login=/run/secrets/prefect_login
if [ -r "$login" ]; then
	PREFECT_API_AUTH_STRING=$(cat "$login")
	export PREFECT_API_AUTH_STRING PREFECT_SERVER_API_AUTH_STRING="$PREFECT_API_AUTH_STRING"
fi
if [ -r /run/secrets/prefect_database ]; then
	PREFECT_SERVER_DATABASE_PASSWORD=$(cat /run/secrets/prefect_database)
	export PREFECT_SERVER_DATABASE_PASSWORD
fi
if [ -r /run/secrets/warehouse_database ]; then
	PGPASSWORD=$(cat /run/secrets/warehouse_database)
	export PGPASSWORD
fi
exec "$@"
