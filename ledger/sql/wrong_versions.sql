-- Events whose version does not follow the one before it in their stream, and the version expected. pruned: up to which
-- position events may be missing, but never the last one of a stream.
SELECT notification_id, (coalesce(before::numeric + 1, 1))::text
FROM (
    SELECT notification_id, originator_version AS version,
           lag(originator_version) OVER (PARTITION BY originator_id ORDER BY notification_id) AS before
    FROM events
) AS events
WHERE version <= before
   OR (notification_id > %(pruned)s AND version <> before::numeric + 1)
   OR (notification_id > %(pruned)s AND before IS NULL AND version NOT IN (0, 1))
ORDER BY notification_id
