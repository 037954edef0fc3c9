-- The row of every event as it was copied, and behind it that of its name. after: only those behind a position; NULL:
-- whatever there is.
COPY (
    SELECT originator_id, topic, state, originator_version, notification_id, recorded_at,
           name, fingerprint, generation, erasure, named.position
    FROM (SELECT * FROM events WHERE %(after)s::bigint IS NULL OR notification_id > %(after)s) AS events
    FULL JOIN (SELECT * FROM event_ids WHERE %(after)s::bigint IS NULL OR position > %(after)s) AS named
           ON named.position = notification_id
    ORDER BY coalesce(notification_id, named.position)
) TO STDOUT (FORMAT BINARY)
