-- Every event, stream by stream, with the generation of the key of its fingerprint; times as in audit_epochs.
SELECT originator_id, originator_version, topic, state, notification_id,
       CASE WHEN events.recorded_at < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(events.recorded_at, '9999-12-31Z') END,
       coalesce(generation, 0)
FROM events LEFT JOIN event_ids ON event_ids.position = notification_id
ORDER BY originator_id, notification_id
