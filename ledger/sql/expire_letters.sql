-- Letters of days before `oldest` are forgotten.
DELETE FROM dead_letters WHERE day < %(oldest)s
RETURNING letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, sha256(sealed),
    subject_hmac, times, first_seen, last_seen
