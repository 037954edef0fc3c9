-- The counts of some sources on a topic, by the columns of the hashes. topic, sources: text[].
SELECT source, messages, rejections, quarantined_at, recorded, duplicates, refused, held, seen_at, letters_on, letters,
       letter_bytes
FROM intake_sources WHERE topic = %(topic)s AND source = ANY(%(sources)s::text[])
