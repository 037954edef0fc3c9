-- The next open cases without a running period, in the order of their keys. {table}. stream, subkey: exclusive
-- start. kind, streams: as for `cases_due`. count: at most.
SELECT stream, subkey, due, state FROM {views}.{table}
WHERE open_kind IS NOT NULL AND due IS NULL AND (stream, subkey) > (%(stream)s, %(subkey)s)
  AND (%(kind)s::text IS NULL OR open_kind = %(kind)s)
  AND (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
ORDER BY stream, subkey
LIMIT %(count)s
