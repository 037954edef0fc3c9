-- Events whose version does not follow the one before it in their stream, and the version expected. pruned: up to which
-- position events may be missing, which are counted elsewhere, but never the last one of a stream.
SELECT notification_id, (coalesce(before::numeric + 1, 1))::text
FROM (
    SELECT notification_id, originator_version AS version,
           lag(originator_version) OVER stream AS before, lag(notification_id) OVER stream AS place
    FROM events
    WINDOW stream AS (PARTITION BY originator_id ORDER BY notification_id)
) AS events
WHERE version <= before
   OR (place > %(pruned)s AND version <> before::numeric + 1)
   OR (notification_id > %(pruned)s AND place IS NULL AND version NOT IN (0, 1) AND %(pruned)s = 0)
ORDER BY notification_id
