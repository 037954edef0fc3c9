-- Position and name of every event that is left of what was pruned last, in the order of the ledger.
COPY (
    SELECT notification_id, name, fingerprint, generation, erasure
    FROM events LEFT JOIN event_ids ON event_ids.position = notification_id
    WHERE notification_id <= (SELECT max(through) FROM prunings)
    ORDER BY notification_id
) TO STDOUT (FORMAT BINARY)
