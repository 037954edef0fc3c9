-- Who may log in, and as which role of the ledger it then works. Run once by a superuser:
--   psql --file deploy/postgres/roles.sql --set secrets=<folder of password files>
-- The ledger is `main` unless LEDGER_NAME, or --set ledger=<name>, names another one. Its logins are `ledger_consumer` and so
-- on, and its database is `ledger`. --set logins=<name> is in the place of `ledger` in all of these, where the server has
-- such logins already for a ledger of a different name; without it nothing is changed there.
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
\if :{?logins}
\else
    \set logins ledger
\endif
SELECT format('ledger_%s_recorder', :'ledger') AS recorder, format('ledger_%s_eraser', :'ledger') AS eraser,
    format('ledger_%s_projector', :'ledger') AS projecting, format('ledger_%s_reader', :'ledger') AS reader,
    format('ledger_%s_publisher', :'ledger') AS publishing, format('ledger_%s_pruner', :'ledger') AS pruning,
    :'logins' || '_owner' AS as_owner, :'logins' || '_consumer' AS as_consumer,
    :'logins' || '_projector' AS as_projector, :'logins' || '_upkeep' AS as_upkeep,
    :'logins' || '_publisher' AS as_publisher, :'logins' || '_operator' AS as_operator,
    :'logins' || '_auditor' AS as_auditor, :'logins' || '_console' AS as_console
\gset

-- A login of two names would carry what is known under one to the other.
SELECT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles role ON role.oid = m.roleid JOIN pg_roles login ON login.oid = m.member
    WHERE login.rolname = :'as_auditor' AND role.rolname ~ '^ledger_.*_reader$' AND role.rolname <> :'reader'
) AS taken
\gset
\if :taken
    DO $$ BEGIN RAISE 'these logins belong to a ledger of a different name: give others with --set logins=<name>'; END $$;
\endif

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
    :'as_owner', :'as_consumer', :'as_projector', :'as_upkeep', :'as_publisher',
    :'as_operator', :'as_auditor', :'as_console'
]) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
\gexec

ALTER ROLE :"recorder"  NOLOGIN NOINHERIT;
ALTER ROLE :"eraser"    NOLOGIN NOINHERIT;
ALTER ROLE :"pruning"   NOLOGIN NOINHERIT;
ALTER ROLE :"projecting" NOLOGIN NOINHERIT;
ALTER ROLE :"reader"    NOLOGIN NOINHERIT;
ALTER ROLE :"publishing" NOLOGIN NOINHERIT;

ALTER ROLE :"as_owner"     LOGIN INHERIT   PASSWORD :'owner';
ALTER ROLE :"as_consumer"  LOGIN NOINHERIT PASSWORD :'consumer';
ALTER ROLE :"as_projector" LOGIN NOINHERIT PASSWORD :'projector';
ALTER ROLE :"as_upkeep"    LOGIN NOINHERIT PASSWORD :'upkeep';
ALTER ROLE :"as_publisher" LOGIN NOINHERIT PASSWORD :'publisher';
ALTER ROLE :"as_operator"  LOGIN NOINHERIT PASSWORD :'operator';
ALTER ROLE :"as_auditor"   LOGIN NOINHERIT PASSWORD :'auditor';
ALTER ROLE :"as_console"   LOGIN NOINHERIT PASSWORD :'console';

-- A login has no right of its own: it takes one of these roles, and no other.
GRANT :"recorder", :"reader"  TO :"as_consumer";
GRANT :"projecting", :"reader" TO :"as_projector";
GRANT :"eraser", :"reader"    TO :"as_upkeep";
GRANT :"publishing", :"reader" TO :"as_publisher";
-- The console does what people do by command, so its login takes what theirs does: a login with some kinds of work and
-- not all is a finding of `ledger audit`. With the reader's role alone the console shows pages and no acts, and
-- `ledger upkeep` records its reads.
GRANT :"recorder", :"eraser", :"pruning", :"projecting", :"reader", :"publishing"
    TO :"as_operator", :"as_owner", :"as_console";
-- Who audits looks. Its sessions begin read-only, so that a program writes nothing by it, not even that it looked.
GRANT :"reader" TO :"as_auditor";
ALTER ROLE :"as_auditor" SET default_transaction_read_only = on;

SELECT format('CREATE DATABASE %I OWNER %I', :'logins', :'as_owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'logins')
\gexec
REVOKE ALL ON DATABASE :"logins" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"logins"
    TO :"as_consumer", :"as_projector", :"as_upkeep", :"as_publisher", :"as_operator", :"as_auditor",
        :"as_console";

-- In servers that were brought over from PostgreSQL 14 everybody may create in `public`, which nothing here uses.
\connect :"logins"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
