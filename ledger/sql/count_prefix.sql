-- How many events there are up to a position. through: inclusive.
SELECT count(*) FROM events WHERE notification_id <= %(through)s
