-- How many erasures are recorded, by the names of their last events. source.
SELECT count(*) FROM event_ids WHERE source = %(source)s AND id LIKE '%%.erased'
