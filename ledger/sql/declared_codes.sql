-- Events that declare codes ordinary or secret, and their annulments, in the order of the ledger. Found by the index
-- of types. names: of the types, short.
WITH declared AS (
    SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
    FROM events
    WHERE split_part(topic, '.', 4) = ANY(%(names)s)
)
SELECT * FROM declared
UNION ALL
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE split_part(topic, '.', 4) = 'event-annulled' AND originator_id IN (SELECT originator_id FROM declared)
ORDER BY notification_id
