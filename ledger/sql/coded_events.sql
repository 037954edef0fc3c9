-- The newest events of some types before a position, newest first. names: of the types, short. count: at most.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id < %(before)s AND split_part(topic, '.', 4) = ANY(%(names)s)
ORDER BY notification_id DESC
LIMIT %(count)s
