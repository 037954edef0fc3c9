-- Dead letters about some persons. hmacs: bytea[].
DELETE FROM dead_letters WHERE subject_hmac = ANY(%(hmacs)s)
RETURNING letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, sha256(sealed),
    subject_hmac, times, first_seen, last_seen
