-- All batches, in order. The recorded time in microseconds since 1970, as text, whatever it is.
SELECT batch, topic, partition, start_offset, end_offset, first_position, last_position, duplicates,
       dead_letters, trunc(extract(epoch FROM recorded_at) * 1000000)::text,
       erasures, promised, names, rows, sums, mac
FROM batches ORDER BY batch
