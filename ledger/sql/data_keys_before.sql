-- Keys of rolling categories that begin before a month, latest first: the latest covers what follows.
-- Arrays are parallel: subjects, categories, months.
SELECT data_keys.subject, data_keys.category, generation, from_month, epoch, wrapped, month
FROM data_keys JOIN unnest(%(subjects)s::uuid[], %(categories)s::text[], %(months)s::integer[])
    AS expired (subject, category, month) USING (subject, category)
WHERE from_month < month
ORDER BY subject, category, generation, from_month DESC
