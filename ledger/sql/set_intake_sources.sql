-- Set the counts of sources on a topic. topic; arrays of the same length, one a column. mac: hash of the row.
INSERT INTO intake_sources (topic, source, messages, rejections, quarantined_at, recorded, duplicates, refused, held,
                            seen_at, letters_on, letters, letter_bytes, mac)
SELECT %(topic)s, one.* FROM unnest(
    %(source)s::text[], %(messages)s::bigint[], %(rejections)s::bigint[], %(quarantined_at)s::timestamptz[],
    %(recorded)s::bigint[], %(duplicates)s::bigint[], %(refused)s::bigint[], %(held)s::bigint[],
    %(seen_at)s::timestamptz[], %(letters_on)s::date[], %(letters)s::bigint[], %(letter_bytes)s::bigint[],
    %(mac)s::bytea[]
) AS one
ON CONFLICT (topic, source) DO UPDATE SET
    messages = EXCLUDED.messages, rejections = EXCLUDED.rejections, quarantined_at = EXCLUDED.quarantined_at,
    recorded = EXCLUDED.recorded, duplicates = EXCLUDED.duplicates, refused = EXCLUDED.refused, held = EXCLUDED.held,
    seen_at = EXCLUDED.seen_at, letters_on = EXCLUDED.letters_on, letters = EXCLUDED.letters,
    letter_bytes = EXCLUDED.letter_bytes, mac = EXCLUDED.mac
