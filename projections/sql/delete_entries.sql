-- Entries of activities that are neither declared nor observed any more. {entries}. activities: text[].
DELETE FROM {entries} WHERE activity = ANY(%(activities)s::text[])
