-- Keep a dead letter, or count a known one again. One parameter a column; now: time of reception, by a
-- clock that may have been put back.
INSERT INTO dead_letters (letter, code, pointer, event_type, source, id, topic, partition, record_offset,
                          mode, day, sealed, subject_hmac, first_seen, last_seen)
VALUES (%(letter)s, %(code)s, %(pointer)s, %(type)s, %(source)s, %(id)s, %(topic)s, %(partition)s,
        %(offset)s, %(mode)s, %(day)s, %(sealed)s, %(subject_hmac)s, %(now)s, %(now)s)
ON CONFLICT (letter) DO UPDATE
SET times = dead_letters.times + 1, last_seen = greatest(dead_letters.last_seen, EXCLUDED.last_seen),
    code = EXCLUDED.code, pointer = EXCLUDED.pointer
