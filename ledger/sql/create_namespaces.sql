-- Namespaces of one ledger, and the list of what was applied to them.
CREATE SCHEMA IF NOT EXISTS {events};
CREATE SCHEMA IF NOT EXISTS {keys};
CREATE SCHEMA IF NOT EXISTS {views};
CREATE TABLE IF NOT EXISTS {events}.migrations (
    name       text        PRIMARY KEY,
    digest     text        NOT NULL,
    applied_at timestamptz NOT NULL
);
