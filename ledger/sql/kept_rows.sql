-- The row of every event that is left of what was pruned last, and that of its name, in the order of the ledger.
COPY (
    SELECT originator_id, topic, state, originator_version, notification_id, recorded_at,
           name, fingerprint, generation, erasure
    FROM events LEFT JOIN event_ids ON event_ids.position = notification_id
    WHERE notification_id <= (SELECT max(through) FROM prunings)
    ORDER BY notification_id
) TO STDOUT (FORMAT BINARY)
