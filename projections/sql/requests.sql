-- Requests, by when they are due, then by reference. streams: uuid[] or null. refs: text[] or null.
-- unanswered: only those that are open.
SELECT stream, state FROM {views}.rights_requests
WHERE (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
  AND (%(refs)s::text[] IS NULL OR subkey = ANY(%(refs)s::text[]))
  AND (NOT %(unanswered)s::boolean OR open_kind IS NOT NULL)
ORDER BY due NULLS LAST, subkey, stream
