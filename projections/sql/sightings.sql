-- What the next streams have seen of sources. {table}. stream: exclusive start. count: at most.
SELECT stream, state FROM {table}
WHERE stream > %(stream)s AND subkey = 'sources'
ORDER BY stream
LIMIT %(count)s
