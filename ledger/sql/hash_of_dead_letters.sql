-- All dead letters, by the columns of their hashes.
SELECT letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, sha256(sealed),
       subject_hmac, times, first_seen, last_seen
FROM dead_letters
