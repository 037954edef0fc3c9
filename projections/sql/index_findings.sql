-- How dossiers are found by name, what depends on them, and the order in which findings are shown.
-- {table}, {entries}.
CREATE INDEX ON {views}.{table} (name) WHERE name IS NOT NULL;
CREATE INDEX ON {views}.{table} (first_on, occurred_at, stream, subkey) WHERE first_on IS NOT NULL;
CREATE INDEX ON {views}.{table} (second_on, occurred_at, stream, subkey) WHERE second_on IS NOT NULL;
CREATE INDEX ON {views}.{entries} (occurred_at, source, id, rule, stream, subkey);
