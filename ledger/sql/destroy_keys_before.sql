-- The keys of categories that begin before a month, each of them that of one month alone.
-- Arrays are parallel: subjects, categories, months.
DELETE FROM data_keys
USING unnest(%(subjects)s::uuid[], %(categories)s::text[], %(months)s::integer[]) AS expired (subject, category, month)
WHERE data_keys.subject = expired.subject AND data_keys.category = expired.category
  AND data_keys.from_month < expired.month
