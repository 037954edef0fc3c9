-- Whose recipients are still to be told. {table}.
CREATE INDEX ON {views}.{table} (stream) WHERE open_tasks > 0;
