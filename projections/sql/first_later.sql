-- The first event after a position that was recorded after a time; null when there is none. position: exclusive start.
SELECT min(notification_id) FROM events WHERE notification_id > %(position)s AND recorded_at > %(time)s
