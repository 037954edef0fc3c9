-- Whether a role was granted to anybody by an event after a position. position; type: of that event.
SELECT EXISTS (SELECT FROM events WHERE notification_id > %(position)s AND topic = %(type)s)
