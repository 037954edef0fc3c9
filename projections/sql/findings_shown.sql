-- The next findings that count, in the order in which they are shown.
-- occurred_at, source, id, rule, stream, subkey: exclusive start. clock: what is due later does not count.
-- rules: text[] or null. streams: of the event, uuid[] or null. count: at most.
SELECT occurred_at, source, id, rule, stream, subkey, state
FROM {views}.findings_entries
WHERE (occurred_at, source, id, rule, stream, subkey)
    > (%(occurred_at)s, %(source)s, %(id)s, %(rule)s, %(stream)s, %(subkey)s)
  AND (due IS NULL OR due <= %(clock)s)
  AND (%(rules)s::text[] IS NULL OR rule = ANY(%(rules)s::text[]))
  AND (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]) OR about = ANY(%(streams)s::uuid[]))
ORDER BY occurred_at, source, id, rule, stream, subkey
LIMIT %(count)s
