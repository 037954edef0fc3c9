-- Every event in the order of the ledger, as the columns of an entry; between them, in the last column, hashes of what was
-- pruned, each before the first event behind their position. after: only those behind a position; NULL: whatever there is.
COPY (
    SELECT originator_id, originator_version, notification_id AS position, recorded_at, topic, state, NULL::bytea AS hashes
    FROM events WHERE %(after)s::bigint IS NULL OR notification_id > %(after)s
    UNION ALL
    SELECT NULL, NULL, first_position, NULL, NULL, NULL, coalesce(hashes, '') FROM pruned_leaves
    WHERE %(after)s::bigint IS NULL OR first_position > %(after)s
    ORDER BY position
) TO STDOUT (FORMAT BINARY)
