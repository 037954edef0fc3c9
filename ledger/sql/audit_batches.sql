-- All batches, in order. The recorded time in microseconds since 1970, as text, whatever it is. after: only those with
-- anything behind a position, and the batch before them; NULL: whatever there is.
SELECT batch, topic, partition, start_offset, end_offset, first_position, last_position, duplicates,
       dead_letters, trunc(extract(epoch FROM recorded_at) * 1000000)::text,
       erasures, promised, names, rows, sums, mac
FROM batches
WHERE %(after)s::bigint IS NULL OR batch >= (
    SELECT coalesce(max(batch), 0) FROM batches WHERE first_position <= %(after)s AND last_position <= %(after)s
)
ORDER BY batch
