-- Events of some types, which are no reads, of some streams, in the order of the ledger. streams: uuid[]. names: text[],
-- short names of types. upto: inclusive position. "+ 0": found by stream alone.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = ANY(%(streams)s) AND notification_id + 0 <= %(upto)s
  AND topic <> 'nl.voipzeker.ledger.ledger-read.v1' AND split_part(topic, '.', 4) = ANY(%(names)s::text[])
ORDER BY notification_id
