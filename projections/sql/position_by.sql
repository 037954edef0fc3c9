-- The last position that was recorded by a time; null before the first. time: inclusive.
SELECT max(last_position) FROM batches WHERE recorded_at <= %(time)s
