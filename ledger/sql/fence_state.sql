-- The start of a fence of each category, or of one field of it: the latest generation of the category's keys, 0
-- without one, and the fence that is there, nulls without one. Pairwise: subjects: uuid[], categories: text[].
SELECT erased.subject, erased.category,
       coalesce((SELECT max(data_keys.generation) FROM data_keys
                 WHERE data_keys.subject = erased.subject
                   AND data_keys.category = split_part(erased.category, '/', 1)), 0),
       fences.generation, fences.erased_through, fences.mac
FROM unnest(%(subjects)s::uuid[], %(categories)s::text[]) AS erased (subject, category)
LEFT JOIN fences USING (subject, category)
