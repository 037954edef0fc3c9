-- How dossiers are found by name, and what depends on them. {table}.
CREATE INDEX ON {views}.{table} (name) WHERE name IS NOT NULL;
CREATE INDEX ON {views}.{table} (first_on, stream, subkey) WHERE first_on IS NOT NULL;
CREATE INDEX ON {views}.{table} (second_on, stream, subkey) WHERE second_on IS NOT NULL;
