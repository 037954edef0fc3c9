-- Rows of the view of findings. {table}.
COPY {views}.{table} (stream, subkey, state, name, first_on, second_on, occurred_at) FROM STDIN (FORMAT BINARY)
