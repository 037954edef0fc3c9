-- Rows of the register. {table}.
COPY {views}.{table} (stream, subkey, state, activity, first_at, last_at) FROM STDIN (FORMAT BINARY)
