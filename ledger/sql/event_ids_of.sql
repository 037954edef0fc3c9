-- Which of some ids name an event of a source. source, ids: text[].
SELECT id FROM event_ids WHERE source = %(source)s AND id = ANY(%(ids)s)
