-- Who may log in, and as which role of the ledger it then works. Run once by a superuser:
--   psql --file deploy/postgres/roles.sql --set secrets=<folder of password files>
-- The ledger is `main` unless LEDGER_NAME, or --set ledger=<name>, names another one.
-- Harmless when repeated; a changed password file takes effect. The owner, who runs `ledger init`,
-- may create nothing but namespaces in this one database; nobody else may create anything, not even temporary.

\set ON_ERROR_STOP on
\if :{?secrets}
\else
    \set secrets /run/secrets
\endif

\if :{?ledger}
\else
    \set ledger main
    \getenv ledger LEDGER_NAME
\endif
SELECT format('ledger_%s_recorder', :'ledger') AS recorder, format('ledger_%s_eraser', :'ledger') AS eraser,
    format('ledger_%s_projector', :'ledger') AS projecting, format('ledger_%s_reader', :'ledger') AS reader,
    format('ledger_%s_publisher', :'ledger') AS publishing, format('ledger_%s_pruner', :'ledger') AS pruning
\gset

\set owner     `head -n 1 :'secrets'/owner_password`
\set consumer  `head -n 1 :'secrets'/consumer_password`
\set projector `head -n 1 :'secrets'/projector_password`
\set upkeep    `head -n 1 :'secrets'/upkeep_password`
\set publisher `head -n 1 :'secrets'/publisher_password`
\set operator  `head -n 1 :'secrets'/operator_password`
\set auditor   `head -n 1 :'secrets'/auditor_password`
\set console   `head -n 1 :'secrets'/console_password`

-- No password in the server's log, whatever PostgreSQL itself logs otherwise. An extension that logs or keeps
-- statements, such as pgaudit or pg_stat_statements, must be off meanwhile.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_duration_sample = -1;
SET log_transaction_sample_rate = 0;
SET log_min_error_statement = 'panic';
SET debug_print_parse = off;
SET debug_print_rewritten = off;
SET debug_print_plan = off;
SET client_min_messages = 'warning';

-- A missing file must not become a login without a password.
SELECT '' IN (:'owner', :'consumer', :'projector', :'upkeep', :'publisher', :'operator', :'auditor', :'console') AS incomplete
\gset
\if :incomplete
    DO $$ BEGIN RAISE 'a password file is missing or empty'; END $$;
\endif

SELECT format('CREATE ROLE %I', wanted)
FROM unnest(ARRAY[
    :'recorder', :'eraser', :'pruning', :'projecting', :'reader', :'publishing',
    'ledger_owner', 'ledger_consumer', 'ledger_projector', 'ledger_upkeep', 'ledger_publisher',
    'ledger_operator', 'ledger_auditor', 'ledger_console'
]) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
\gexec

ALTER ROLE :"recorder"  NOLOGIN NOINHERIT;
ALTER ROLE :"eraser"    NOLOGIN NOINHERIT;
ALTER ROLE :"pruning"   NOLOGIN NOINHERIT;
ALTER ROLE :"projecting" NOLOGIN NOINHERIT;
ALTER ROLE :"reader"    NOLOGIN NOINHERIT;
ALTER ROLE :"publishing" NOLOGIN NOINHERIT;

ALTER ROLE ledger_owner     LOGIN INHERIT   PASSWORD :'owner';
ALTER ROLE ledger_consumer  LOGIN NOINHERIT PASSWORD :'consumer';
ALTER ROLE ledger_projector LOGIN NOINHERIT PASSWORD :'projector';
ALTER ROLE ledger_upkeep    LOGIN NOINHERIT PASSWORD :'upkeep';
ALTER ROLE ledger_publisher LOGIN NOINHERIT PASSWORD :'publisher';
ALTER ROLE ledger_operator  LOGIN NOINHERIT PASSWORD :'operator';
ALTER ROLE ledger_auditor   LOGIN NOINHERIT PASSWORD :'auditor';
ALTER ROLE ledger_console   LOGIN NOINHERIT PASSWORD :'console';

-- A login has no right of its own: it takes one of these roles, and no other.
GRANT :"recorder", :"reader"  TO ledger_consumer;
GRANT :"projecting", :"reader" TO ledger_projector;
GRANT :"eraser", :"reader"    TO ledger_upkeep;
GRANT :"publishing", :"reader" TO ledger_publisher;
-- The console does what people do by command, so its login takes what theirs does: a login with some kinds of work and
-- not all is a finding of `ledger audit`. With the reader's role alone the console shows pages and no acts, and
-- `ledger upkeep` records its reads.
GRANT :"recorder", :"eraser", :"pruning", :"projecting", :"reader", :"publishing"
    TO ledger_operator, ledger_owner, ledger_console;
-- Who audits looks. Its sessions begin read-only, so that a program writes nothing by it, not even that it looked.
GRANT :"reader" TO ledger_auditor;
ALTER ROLE ledger_auditor SET default_transaction_read_only = on;

SELECT 'CREATE DATABASE ledger OWNER ledger_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ledger')
\gexec
REVOKE ALL ON DATABASE ledger FROM PUBLIC;
GRANT CONNECT ON DATABASE ledger
    TO ledger_consumer, ledger_projector, ledger_upkeep, ledger_publisher, ledger_operator, ledger_auditor,
        ledger_console;

-- In servers that were brought over from PostgreSQL 14 everybody may create in `public`, which nothing here uses.
\connect ledger
REVOKE ALL ON SCHEMA public FROM PUBLIC;
