-- Orders of authorities, by when something is due, then by reference. streams: uuid[] or null. refs: text[] or
-- null.
SELECT stream, state FROM {views}.orders
WHERE (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
  AND (%(refs)s::text[] IS NULL OR subkey = ANY(%(refs)s::text[]))
ORDER BY due NULLS LAST, subkey, stream
