-- Change one bit of an event's state. position.
UPDATE events SET state = set_byte(state, octet_length(state) / 2, get_byte(state, octet_length(state) / 2) # 1)
WHERE notification_id = %(position)s
