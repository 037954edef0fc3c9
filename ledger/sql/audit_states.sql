-- The row of every event as it was copied, and behind it that of its name.
COPY (
    SELECT originator_id, topic, state, originator_version, notification_id, recorded_at,
           name, fingerprint, generation, erasure, event_ids.position
    FROM events FULL JOIN event_ids ON event_ids.position = notification_id
    ORDER BY coalesce(notification_id, event_ids.position)
) TO STDOUT (FORMAT BINARY)
