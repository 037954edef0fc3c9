-- Streams that have an event after a position and before another one. streams: uuid[]. through, before: exclusive.
SELECT DISTINCT originator_id FROM events
WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id + 0 > %(through)s AND notification_id + 0 < %(before)s
