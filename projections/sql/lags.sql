-- Progress of every view beside the ledger's; age in seconds of the oldest event that it lacks, or null.
SELECT view, version, view_bookmarks.position, head.position,
       (SELECT extract(epoch FROM clock_timestamp() - events.recorded_at)::float8
        FROM events WHERE events.notification_id = view_bookmarks.position + 1)
FROM {views}.view_bookmarks, head
ORDER BY view
