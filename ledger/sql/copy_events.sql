-- The events of one batch, in the order of their positions.
COPY events (originator_id, originator_version, topic, state, notification_id, recorded_at)
FROM STDIN (FORMAT BINARY)
