-- Totals of some activities. {entries}. activities: text[].
SELECT activity, totals FROM {entries} WHERE activity = ANY(%(activities)s::text[])
