-- Entries of activities. {entries}.
COPY {views}.{entries} (activity, totals, entry) FROM STDIN (FORMAT BINARY)
