-- Events that register systems, and their annulments, in the order of the ledger.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id IN (
        SELECT originator_id FROM events WHERE topic = 'nl.voipzeker.ledger.system-registered.v1'
    )
    AND topic IN ('nl.voipzeker.ledger.system-registered.v1', 'nl.voipzeker.ledger.event-annulled.v1')
ORDER BY notification_id
