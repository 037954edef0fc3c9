-- The next streams that have rows in a view, in order. {table}. stream: exclusive start. count: at most.
SELECT DISTINCT stream FROM {views}.{table} WHERE stream > %(stream)s ORDER BY stream LIMIT %(count)s
