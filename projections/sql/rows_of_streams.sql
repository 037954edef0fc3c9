-- All rows of some streams, in the order of their keys. {table}. streams: uuid[].
SELECT stream, subkey, state FROM {views}.{table}
WHERE stream = ANY(%(streams)s::uuid[])
ORDER BY stream, subkey
