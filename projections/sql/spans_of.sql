-- First and last occurred time of each activity, null without events. {table}. activities: text[].
SELECT activity,
       (SELECT min(first_at) FROM {table} AS rows WHERE rows.activity = wanted.activity),
       (SELECT max(last_at) FROM {table} AS rows WHERE rows.activity = wanted.activity)
FROM unnest(%(activities)s::text[]) AS wanted (activity)
