-- The counts of each source, by the columns of the hashes, and the hashes. Times in microseconds since 1970, as text.
SELECT topic, source, messages, rejections, trunc(extract(epoch FROM quarantined_at) * 1000000)::text, recorded,
       duplicates, refused, held, trunc(extract(epoch FROM seen_at) * 1000000)::text,
       to_char(letters_on, 'YYYY-MM-DD'), letters, letter_bytes, mac
FROM intake_sources ORDER BY topic, source
