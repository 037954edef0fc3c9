-- Grants of a role by events after a position, in order. position; type: of that event.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id > %(position)s AND topic = %(type)s
ORDER BY notification_id
