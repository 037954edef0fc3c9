-- Events by position. after: exclusive start. stop: inclusive end or null. types: text[] or null. limit.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id > %(after)s
  AND (%(stop)s::bigint IS NULL OR notification_id <= %(stop)s)
  AND (%(types)s::text[] IS NULL OR topic = ANY(%(types)s))
ORDER BY notification_id
LIMIT %(limit)s
