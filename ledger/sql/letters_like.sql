-- Dead letters of a kind, oldest first, after a given one, without their sealed bytes. A null parameter does not
-- matter.
-- code, source, topic: text; types: text[]; seen_from, seen_to: when they came; seen_after, letter_after: the last
-- one of the page before; count: the most letters; mended: whether an event mended it; letter: its name.
SELECT letter, code, pointer, event_type, letters.source, letters.id, topic, partition, record_offset, mode, day, times,
       first_seen, last_seen, known.position
FROM dead_letters AS letters
-- A letter is mended by the event that is recorded under its message's name, unless the name itself was refused.
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
  AND (%(seen_after)s::timestamptz IS NULL
       OR (first_seen, letter) > (%(seen_after)s::timestamptz, %(letter_after)s::bytea))
ORDER BY first_seen, letter
LIMIT %(count)s
