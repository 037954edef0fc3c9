-- Approvals that the ledger recorded about itself, oldest first. stream: uuid; type: of the events.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = %(stream)s AND topic = %(type)s
ORDER BY originator_version
