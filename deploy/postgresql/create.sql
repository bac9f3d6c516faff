-- Run by a superuser before bootstrap.sql, ZVONAR_DATABASE_OWNER_PASSWORD exported; harmless to repeat. Both for another
-- PostgreSQL: cat deploy/postgresql/{create,bootstrap}.sql | psql -v ON_ERROR_STOP=1 postgresql://…/postgres
-- The database of a cell: -v database=NAME, and the cell's own password if it has one.
\if :{?database}
\else
    \set database zvonar
\endif
\getenv password ZVONAR_DATABASE_OWNER_PASSWORD
-- A statement that fails is written to the log; the password must not be.
SET log_min_error_statement = 'panic';

SELECT 'CREATE ROLE zvonar_owner'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zvonar_owner') \gexec
ALTER ROLE zvonar_owner LOGIN CREATEROLE PASSWORD :'password';

SELECT format('CREATE DATABASE %I OWNER zvonar_owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

\connect :database
