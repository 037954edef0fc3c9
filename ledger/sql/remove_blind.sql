-- What was searchable of categories of some subjects. Pairwise: subjects: uuid[], categories: text[].
DELETE FROM blind_index USING unnest(%(subjects)s::uuid[], %(categories)s::text[]) AS erased (subject, category)
WHERE blind_index.subject = erased.subject AND blind_index.category = erased.category
