-- Remove the names of the events of a prefix that were removed. through: inclusive.
DELETE FROM event_ids WHERE position <= %(through)s
  AND NOT EXISTS (SELECT FROM events WHERE notification_id = event_ids.position)
