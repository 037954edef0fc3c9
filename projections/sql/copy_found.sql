-- Findings. {entries}.
COPY {views}.{entries} (stream, subkey, rule, state, about, due, occurred_at, source, id)
FROM STDIN (FORMAT BINARY)
