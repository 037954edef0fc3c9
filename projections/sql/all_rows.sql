-- All rows of a view with all of their columns, in the order of their keys. {table}.
SELECT * FROM {views}.{table} ORDER BY stream, subkey
