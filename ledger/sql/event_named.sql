-- Whether an event is recorded. source, id.
SELECT position FROM event_ids WHERE source = %(source)s AND id = %(id)s
