#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: warehouse and Prefect as two databases of two roles, neither of
# which may connect to the other's.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres \
	--set warehouse="$(cat /run/secrets/warehouse_database)" --set prefect="$(cat /run/secrets/prefect_database)" <<SQL
CREATE ROLE dondoc LOGIN PASSWORD :'warehouse';
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE dondoc OWNER dondoc ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE prefect OWNER prefect ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE dondoc, prefect FROM PUBLIC;
SQL
