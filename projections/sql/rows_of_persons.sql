-- Rows of some subkeys, stream by stream. {table}. subkeys: text[]. stream: exclusive start. count: at most.
SELECT stream, subkey, state FROM {views}.{table}
WHERE stream > %(stream)s AND subkey = ANY(%(subkeys)s::text[])
ORDER BY stream, subkey
LIMIT %(count)s
