-- The next cases that are not open, by reference. {table}. subkey, stream: exclusive start. below: exclusive bound
-- of the references, or null. streams: as for `cases_due`. count: at most.
SELECT stream, subkey, due, state FROM {views}.{table}
WHERE open_kind IS NULL
  AND subkey >= %(subkey)s AND (subkey, stream) > (%(subkey)s, %(stream)s)
  AND (%(below)s::text IS NULL OR subkey < %(below)s)
  AND (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
ORDER BY subkey, stream
LIMIT %(count)s
