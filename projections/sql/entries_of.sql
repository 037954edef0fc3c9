-- Entries of some activities. {entries}. activities: text[].
SELECT activity, totals, entry FROM {views}.{entries} WHERE activity = ANY(%(activities)s::text[])
