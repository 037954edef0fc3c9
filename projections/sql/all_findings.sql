-- All findings with all of their columns, in the order of their places. {table}.
SELECT * FROM {views}.{table} ORDER BY stream, subkey, rule
