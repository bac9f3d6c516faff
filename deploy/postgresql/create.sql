-- Run by a superuser before bootstrap.sql, ZVONAR_DATABASE_OWNER_PASSWORD exported; harmless to repeat. Both for another
-- PostgreSQL: cat deploy/postgresql/{create,bootstrap}.sql | psql -v ON_ERROR_STOP=1 postgresql://…/postgres
\getenv password ZVONAR_DATABASE_OWNER_PASSWORD
-- A statement that fails is written to the log; the password must not be.
SET log_min_error_statement = 'panic';

SELECT 'CREATE ROLE zvonar_owner'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zvonar_owner') \gexec
ALTER ROLE zvonar_owner LOGIN CREATEROLE PASSWORD :'password';

SELECT 'CREATE DATABASE zvonar OWNER zvonar_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'zvonar') \gexec

\connect zvonar
