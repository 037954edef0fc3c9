-- The events of some streams that hold values sealed anew, in the order of the ledger. streams: uuid[]. Written so that
-- the index of types answers where there are few, and that of streams where there are many.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = ANY(%(streams)s::uuid[]) AND split_part(topic, '.', 4) = 'values-resealed'
  AND topic <> 'nl.voipzeker.ledger.ledger-read.v1'
ORDER BY notification_id
