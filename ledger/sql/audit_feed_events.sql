-- Events of feeds about many persons, as they are stored.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at FROM events
WHERE split_part(topic, '.', 4) = 'bulk-feed-delivered'
ORDER BY notification_id
