-- What recipients must be told, person by person. streams: uuid[] or null. open_only: only who has open tasks.
SELECT stream, state FROM {views}.notifications
WHERE (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
  AND (NOT %(open_only)s::boolean OR open_tasks > 0)
ORDER BY stream
