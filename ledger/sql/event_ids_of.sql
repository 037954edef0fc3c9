-- Ids of all events of one source.
SELECT id FROM event_ids WHERE source = %(source)s
