-- Position, recorded time, type and state of every event, and behind them the row of its name as it was copied.
COPY (
    SELECT notification_id, events.recorded_at, events.topic, state,
           name, fingerprint, generation, erasure, event_ids.position
    FROM events FULL JOIN event_ids ON event_ids.position = notification_id
    ORDER BY coalesce(notification_id, event_ids.position)
) TO STDOUT (FORMAT BINARY)
