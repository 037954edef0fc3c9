-- What recipients must be told of the next persons. stream: exclusive start. streams: uuid[] or null. open_only:
-- only who has open tasks. count: at most.
SELECT stream, state FROM {views}.notifications
WHERE stream > %(stream)s
  AND (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
  AND (NOT %(open_only)s::boolean OR open_tasks > 0)
ORDER BY stream
LIMIT %(count)s
