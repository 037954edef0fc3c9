-- Entries of activities that are neither declared nor observed any more. {entries}. activities: text[].
DELETE FROM {views}.{entries} WHERE activity = ANY(%(activities)s::text[])
