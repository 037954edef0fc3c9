-- Every event with the name under which it is known, in the order of the ledger.
SELECT originator_id, originator_version, topic, state, notification_id, events.recorded_at, source, id
FROM events LEFT JOIN event_ids ON event_ids.position = notification_id
ORDER BY notification_id
