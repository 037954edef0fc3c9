-- The names of all events in the order of the ledger, as `copy_event_ids` wrote them.
COPY (
    SELECT source, id, fingerprint, generation, position FROM event_ids ORDER BY position
) TO STDOUT (FORMAT BINARY)
