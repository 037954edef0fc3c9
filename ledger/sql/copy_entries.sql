-- Every event in the order of the ledger, as the columns of an entry.
COPY (
    SELECT originator_id, originator_version, notification_id, recorded_at, topic, state
    FROM events ORDER BY notification_id
) TO STDOUT (FORMAT BINARY)
