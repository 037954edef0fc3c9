-- Every row of a table, from a backup.
COPY {namespace}.{table} ({columns}) FROM STDIN (FORMAT BINARY)
