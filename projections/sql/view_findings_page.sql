-- The next findings with all of their columns, in the order of their places. {table}.
-- stream, subkey, rule: exclusive start. count: at most.
SELECT * FROM {views}.{table} WHERE (stream, subkey, rule) > (%(stream)s, %(subkey)s, %(rule)s)
ORDER BY stream, subkey, rule LIMIT %(count)s
