-- Dead letters of some names, by all of their columns; of the sealed bytes their SHA-256. letters: bytea[].
SELECT letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, sha256(sealed),
       subject_hmac, times, first_seen, last_seen
FROM dead_letters WHERE letter = ANY(%(letters)s::bytea[])
