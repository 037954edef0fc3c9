-- Entries of some activities. {entries}. activities: text[].
SELECT activity, totals, entry FROM {entries} WHERE activity = ANY(%(activities)s::text[])
