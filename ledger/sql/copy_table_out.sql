-- Every row of a table, for a backup.
COPY {namespace}.{table} ({columns}) TO STDOUT (FORMAT BINARY)
