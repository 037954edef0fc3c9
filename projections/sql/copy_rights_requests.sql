-- Rows of the view of requests. {table}.
COPY {table} (stream, subkey, state, open_right, due) FROM STDIN (FORMAT BINARY)
