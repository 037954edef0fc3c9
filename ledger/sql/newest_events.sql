-- The newest events before a position, newest first. count: at most.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id < %(before)s
ORDER BY notification_id DESC
LIMIT %(count)s
