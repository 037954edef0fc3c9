-- The counts of each source, by the columns of the hashes. topic: one, or null for all.
SELECT topic, source, messages, rejections, quarantined_at, recorded, duplicates, refused, held, seen_at,
       letters_on, letters, letter_bytes
FROM intake_sources WHERE %(topic)s::text IS NULL OR topic = %(topic)s::text ORDER BY topic, source
