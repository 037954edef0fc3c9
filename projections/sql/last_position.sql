-- The position of the last event, 0 without any.
SELECT coalesce(max(notification_id), 0) FROM events
