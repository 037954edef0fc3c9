-- Approvals that the ledger recorded about itself, oldest first. stream: uuid; type: of the events. Their index leaves
-- out the reads of lists, of which the same stream has many.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = %(stream)s AND topic = %(type)s
  AND topic <> 'nl.voipzeker.ledger.ledger-read.v1'
ORDER BY originator_version
