-- The next rows of a view with all of their columns, in the order of their keys. {table}.
-- stream, subkey: exclusive start. count: at most.
SELECT * FROM {views}.{table} WHERE (stream, subkey) > (%(stream)s, %(subkey)s) ORDER BY stream, subkey LIMIT %(count)s
