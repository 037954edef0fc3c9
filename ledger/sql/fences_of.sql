-- What was erased of some subjects. subjects: uuid[], categories: text[], pairwise.
SELECT subject, category, generation, erased_through
FROM fences JOIN unnest(%(subjects)s::uuid[], %(categories)s::text[]) AS wanted (subject, category)
    USING (subject, category)
