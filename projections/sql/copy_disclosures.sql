-- Rows of the view of disclosures. {table}.
COPY {views}.{table} (stream, subkey, state, occurred_at, source, id, recipient, kind)
FROM STDIN (FORMAT BINARY)
