-- What came of each source, by the columns of the hashes.
SELECT topic, source, messages, rejections, quarantined_at, recorded, duplicates, refused, held, seen_at
FROM intake_sources
