-- Rows of a view of cases, such as requests or incidents. {table}.
COPY {views}.{table} (stream, subkey, state, open_kind, due) FROM STDIN (FORMAT BINARY)
