-- The last events of some streams before a position, the latest first. streams: uuid[]. before: exclusive position.
-- count: at most. "+ 0": found by stream alone, from its end.
SELECT last.*
FROM unnest(%(streams)s::uuid[]) AS wanted (stream)
CROSS JOIN LATERAL (
    SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
    FROM events
    WHERE originator_id = wanted.stream AND notification_id + 0 < %(before)s
    ORDER BY originator_version DESC
    LIMIT %(count)s
) AS last
ORDER BY last.notification_id DESC
LIMIT %(count)s
