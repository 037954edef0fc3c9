-- Events of some types in some streams, which are no reads. streams: uuid[]. types: text[].
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = ANY(%(streams)s) AND topic = ANY(%(types)s)
  AND topic <> 'nl.voipzeker.ledger.ledger-read.v1'
