-- Rows of the view of notifications. {table}.
COPY {table} (stream, subkey, state, open_tasks) FROM STDIN (FORMAT BINARY)
