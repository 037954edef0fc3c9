-- How cases are found by reference, and those that are open by when they are due. {table}.
CREATE INDEX ON {views}.{table} (subkey);
CREATE INDEX ON {views}.{table} (due, stream, subkey) WHERE open_kind IS NOT NULL;
