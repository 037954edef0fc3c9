-- Traces of the next streams. {table}. stream: exclusive start. count: at most.
SELECT stream, state FROM {views}.{table}
WHERE stream > %(stream)s AND subkey = 'traces'
ORDER BY stream
LIMIT %(count)s
