-- Events of one stream but reads, as `events_but_reads` finds them. stream: uuid. gt: exclusive, lte: inclusive version,
-- or null. limit: or null.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = %(stream)s AND topic <> 'nl.voipzeker.ledger.ledger-read.v1'
  AND (%(gt)s::bigint IS NULL OR originator_version + 0 > %(gt)s)
  AND (%(lte)s::bigint IS NULL OR originator_version + 0 <= %(lte)s)
ORDER BY originator_version + 0
LIMIT %(limit)s
