-- Every event, stream by stream, with the generation of the key of its fingerprint.
SELECT originator_id, originator_version, topic, state, notification_id, events.recorded_at,
       coalesce(generation, 0)
FROM events LEFT JOIN event_ids ON event_ids.position = notification_id
ORDER BY originator_id, notification_id
