-- One dead letter. letter: its keyed hash.
SELECT letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, times,
       first_seen, last_seen, sealed
FROM dead_letters WHERE letter = %(letter)s
