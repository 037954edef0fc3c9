-- The remaining events of each stream that lacks events, in the order of versions; with their states where they are of
-- one type. type: of the event of an erasure.
SELECT originator_id, originator_version, topic, CASE WHEN topic = %(type)s THEN state END, notification_id, recorded_at
FROM events
WHERE originator_id IN (
    SELECT originator_id FROM events GROUP BY originator_id HAVING count(*) < max(originator_version)
)
ORDER BY originator_id, originator_version
