-- The keys of categories of some subjects. Pairwise: subjects: uuid[], categories: text[].
DELETE FROM data_keys USING unnest(%(subjects)s::uuid[], %(categories)s::text[]) AS erased (subject, category)
WHERE data_keys.subject = erased.subject AND data_keys.category = erased.category
