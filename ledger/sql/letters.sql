-- All dead letters, oldest first, without their sealed bytes.
SELECT letter, code, pointer, event_type, source, id, topic, partition, record_offset, mode, day, times,
       first_seen, last_seen
FROM dead_letters ORDER BY first_seen, letter
