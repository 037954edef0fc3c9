-- First and last occurred time of each activity, null without events. {table}. activities: text[].
SELECT wanted.activity, min(first_at), max(last_at)
FROM unnest(%(activities)s::text[]) AS wanted (activity) LEFT JOIN {views}.{table} USING (activity)
GROUP BY wanted.activity
