-- Every event in the order of the ledger, as the columns of an entry; between them, in the last column, hashes of what was
-- pruned, each before the first event behind their position.
COPY (
    SELECT originator_id, originator_version, notification_id AS position, recorded_at, topic, state, NULL::bytea AS hashes
    FROM events
    UNION ALL
    SELECT NULL, NULL, first_position, NULL, NULL, NULL, coalesce(hashes, '') FROM pruned_leaves
    ORDER BY position
) TO STDOUT (FORMAT BINARY)
