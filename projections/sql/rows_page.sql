-- The next rows in the order of their keys. {table}. stream, subkey: exclusive start. count: at most.
SELECT stream, subkey, state FROM {views}.{table}
WHERE (stream, subkey) > (%(stream)s, %(subkey)s)
ORDER BY stream, subkey
LIMIT %(count)s
