-- Rows of the view of findings. {table}.
COPY {table} (stream, subkey, state, name, first_on, second_on) FROM STDIN (FORMAT BINARY)
