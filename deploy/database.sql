-- What only the superuser of our own PostgreSQL can do; `zvonar migrate` does the rest as zvonar_owner.
-- For another PostgreSQL: run it once with psql, ZVONAR_DATABASE_OWNER_PASSWORD exported.
\getenv password ZVONAR_DATABASE_OWNER_PASSWORD
-- A statement that fails is written to the log, this one's password must not be.
SET log_min_error_statement = 'panic';

SELECT 'CREATE ROLE zvonar_owner'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zvonar_owner') \gexec
ALTER ROLE zvonar_owner LOGIN CREATEROLE PASSWORD :'password';

SELECT 'CREATE DATABASE zvonar OWNER zvonar_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'zvonar') \gexec

\connect zvonar
-- Nothing is shared between tenants by way of what PostgreSQL gives to everybody.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE TEMPORARY ON DATABASE zvonar FROM PUBLIC;
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure)
FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace
  AND proname ~ '^lo(_|read$|write$)' \gexec
