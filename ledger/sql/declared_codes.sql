-- What declares codes ordinary, and what of it was annulled, in the order of the ledger: entries of the register, and
-- what the house declared. Found by the index of types.
WITH declared AS (
    SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
    FROM events
    WHERE split_part(topic, '.', 4) IN (
        'processing-activity-declared', 'processing-activity-changed', 'recipient-registered', 'role-defined',
        'codes-declared'
    )
)
SELECT * FROM declared
UNION ALL
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE split_part(topic, '.', 4) = 'event-annulled' AND originator_id IN (SELECT originator_id FROM declared)
ORDER BY notification_id
