-- The last position that was recorded by a time; null before the first. time: inclusive.
SELECT (
    SELECT last_position FROM batches WHERE recorded_at <= %(time)s ORDER BY recorded_at DESC, batch DESC LIMIT 1
)
