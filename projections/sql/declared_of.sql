-- Declarations of some activities. {table}. activities: text[].
SELECT activity, state FROM {views}.{table}
WHERE activity = ANY(%(activities)s::text[]) AND first_at IS NULL
