-- All dead letters, by the columns of their hashes, and those. Times in microseconds since 1970, as text.
SELECT letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode,
       to_char(day, 'YYYY-MM-DD'), sha256(sealed), subject_hmac, times,
       trunc(extract(epoch FROM first_seen) * 1000000)::text,
       trunc(extract(epoch FROM last_seen) * 1000000)::text, mac
FROM dead_letters ORDER BY letter
