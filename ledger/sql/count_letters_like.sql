-- How many dead letters are of a kind, and how often they came. Parameters as in letters_like.
SELECT count(*), coalesce(sum(times), 0) FROM dead_letters
WHERE (%(code)s::text IS NULL OR code = %(code)s::text)
  AND (%(source)s::text IS NULL OR source = %(source)s::text)
  AND (%(topic)s::text IS NULL OR topic = %(topic)s::text)
  AND (%(types)s::text[] IS NULL OR event_type = ANY(%(types)s::text[]))
  AND (%(seen_from)s::timestamptz IS NULL OR last_seen >= %(seen_from)s::timestamptz)
  AND (%(seen_to)s::timestamptz IS NULL OR first_seen <= %(seen_to)s::timestamptz)
