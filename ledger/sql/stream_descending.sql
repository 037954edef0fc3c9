-- Events of one stream, newest first. stream: uuid. gt: exclusive, lte: inclusive version, or null. limit: or null.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = %(stream)s
  AND (%(gt)s::bigint IS NULL OR originator_version > %(gt)s)
  AND (%(lte)s::bigint IS NULL OR originator_version <= %(lte)s)
ORDER BY originator_version DESC
LIMIT %(limit)s
