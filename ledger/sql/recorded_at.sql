-- When the event of a position was recorded; also of one that was pruned. position.
SELECT recorded_at FROM batches WHERE first_position <= %(position)s AND last_position >= %(position)s
