-- Names that belong to no event.
SELECT position FROM event_ids
WHERE NOT EXISTS (SELECT FROM events WHERE notification_id = position)
ORDER BY position
