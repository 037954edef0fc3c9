-- What a fence of each category starts from: the latest generation of its keys, 0 without one, and the fence that
-- is there, nulls without one. subject, categories: text[].
SELECT erased.category,
       coalesce((SELECT max(data_keys.generation) FROM data_keys
                 WHERE data_keys.subject = %(subject)s AND data_keys.category = erased.category), 0),
       fences.generation, fences.erased_through, fences.mac
FROM unnest(%(categories)s::text[]) AS erased (category)
LEFT JOIN fences ON fences.subject = %(subject)s AND fences.category = erased.category
