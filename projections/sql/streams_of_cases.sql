-- Who has rows in a view, or may have had some: the next streams, in order. A row goes only where something of its
-- stream was annulled. {table}. stream: exclusive start. count: at most.
(SELECT DISTINCT stream FROM {views}.{table} WHERE stream > %(stream)s ORDER BY stream LIMIT %(count)s)
UNION
(SELECT DISTINCT stream FROM {views}.named_events WHERE stream > %(stream)s ORDER BY stream LIMIT %(count)s)
ORDER BY stream LIMIT %(count)s
