-- Events whose version does not follow the one before it in their stream, and the version expected. pruned: up to which
-- position events may be missing, which are counted elsewhere, but never the last one of a stream. after: only events behind
-- a position; NULL: whatever there is.
SELECT notification_id, (coalesce(before::numeric + 1, 1))::text
FROM (
    SELECT later.notification_id, version, coalesce(before, earlier.originator_version) AS before,
           coalesce(place, earlier.notification_id) AS place
    FROM (
        SELECT originator_id, notification_id, originator_version AS version,
               lag(originator_version) OVER stream AS before, lag(notification_id) OVER stream AS place
        FROM events
        WHERE %(after)s::bigint IS NULL OR notification_id > %(after)s
        WINDOW stream AS (PARTITION BY originator_id ORDER BY notification_id)
    ) AS later
    LEFT JOIN LATERAL (
        SELECT originator_version, notification_id FROM events
        WHERE place IS NULL AND events.originator_id = later.originator_id
          AND events.notification_id <= %(after)s::bigint
        ORDER BY originator_version DESC LIMIT 1
    ) AS earlier ON true
) AS events
WHERE version <= before
   OR (place > %(pruned)s AND version <> before::numeric + 1)
   OR (notification_id > %(pruned)s AND place IS NULL AND version NOT IN (0, 1) AND %(pruned)s = 0)
ORDER BY notification_id
