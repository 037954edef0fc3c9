-- The fences of some subjects: of a category, or of one field of it (`category/field`). subjects: uuid[], categories:
-- text[], pairwise.
SELECT subject, fences.category, generation, erased_through
FROM fences JOIN unnest(%(subjects)s::uuid[], %(categories)s::text[]) AS wanted (subject, category)
    USING (subject)
WHERE split_part(fences.category, '/', 1) = wanted.category
