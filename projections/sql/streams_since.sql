-- The streams of all events after a position, in order, each with its highest version. position: exclusive start.
SELECT originator_id, max(originator_version) FROM events
WHERE notification_id > %(position)s
GROUP BY originator_id ORDER BY originator_id
