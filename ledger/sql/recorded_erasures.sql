-- Names of the last events of all erasures, each with its stream, in the order of the ledger. source.
SELECT event_ids.id, events.originator_id
FROM event_ids JOIN events ON events.notification_id = event_ids.position
WHERE event_ids.source = %(source)s AND event_ids.id LIKE '%%.erased'
ORDER BY event_ids.position
