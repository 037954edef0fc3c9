-- How many dead letters are of a kind, and how often they came. Parameters as in letters_like.
SELECT count(*), coalesce(sum(times), 0)
FROM dead_letters AS letters
-- A letter is mended by the event that is recorded under its message's name, unless that name is what is wrong.
LEFT JOIN event_ids AS known
    ON known.name = encode(substr(sha256(convert_to(letters.source || chr(10) || letters.id, 'UTF8')), 1, 16), 'hex')::uuid
    AND letters.code <> 'conflicting-duplicate'
WHERE (%(letter)s::bytea IS NULL OR letter = %(letter)s::bytea)
  AND (%(code)s::text IS NULL OR code = %(code)s::text)
  AND (%(source)s::text IS NULL OR letters.source = %(source)s::text)
  AND (%(topic)s::text IS NULL OR topic = %(topic)s::text)
  AND (%(types)s::text[] IS NULL OR event_type = ANY(%(types)s::text[]))
  AND (%(seen_from)s::timestamptz IS NULL OR last_seen >= %(seen_from)s::timestamptz)
  AND (%(seen_to)s::timestamptz IS NULL OR first_seen <= %(seen_to)s::timestamptz)
  AND (%(mended)s::boolean IS NULL OR (known.position IS NOT NULL) = %(mended)s::boolean)
