-- All batches, in order.
SELECT batch, topic, partition, start_offset, end_offset, first_position, last_position, duplicates,
       dead_letters, recorded_at
FROM batches ORDER BY batch
