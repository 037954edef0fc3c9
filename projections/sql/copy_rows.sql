-- Rows of a view without columns of its own. {table}.
COPY {views}.{table} (stream, subkey, state) FROM STDIN (FORMAT BINARY)
