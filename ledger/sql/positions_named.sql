-- Where the events of some names are. names: uuid[].
SELECT position FROM event_ids WHERE name = ANY(%(names)s::uuid[])
