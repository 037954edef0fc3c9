-- Positions of events that are left, from one up to another: both inclusive.
SELECT notification_id FROM events WHERE notification_id BETWEEN %(first)s AND %(last)s
