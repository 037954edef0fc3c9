-- The next open cases with a running period, by when that ends, then by reference. {table}. due, subkey, stream:
-- exclusive start. kind: of the case, or null. streams: uuid[], of some persons, or null. count: at most.
SELECT stream, subkey, due, state FROM {views}.{table}
WHERE open_kind IS NOT NULL
  AND due >= %(due)s AND (due, subkey, stream) > (%(due)s, %(subkey)s, %(stream)s)
  AND (%(kind)s::text IS NULL OR open_kind = %(kind)s)
  AND (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
ORDER BY due, subkey, stream
LIMIT %(count)s
