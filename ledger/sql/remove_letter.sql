-- A letter whose message was recorded after all. letter: its keyed hash.
DELETE FROM dead_letters WHERE letter = %(letter)s
RETURNING letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, sha256(sealed),
    subject_hmac, times, first_seen, last_seen
