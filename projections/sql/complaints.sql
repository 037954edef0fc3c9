-- Complaints, by when they are due, then by reference. refs: text[] or null. open_only: only those that are open.
SELECT stream, state FROM {views}.complaints
WHERE (%(refs)s::text[] IS NULL OR subkey = ANY(%(refs)s::text[]))
  AND (NOT %(open_only)s::boolean OR open_kind IS NOT NULL)
ORDER BY due NULLS LAST, subkey, stream
