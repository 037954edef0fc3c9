-- Names of the last events of all erasures, each with its stream, in the order of the ledger.
SELECT erasure || '.erased', originator_id
FROM event_ids JOIN events ON notification_id = position
WHERE erasure IS NOT NULL
ORDER BY position
