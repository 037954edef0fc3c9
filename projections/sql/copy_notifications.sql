-- Rows of the view of notifications. {table}.
COPY {views}.{table} (stream, subkey, state, open_tasks) FROM STDIN (FORMAT BINARY)
