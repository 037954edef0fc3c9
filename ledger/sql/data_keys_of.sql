-- Wrapped data keys in their current generation. subjects: uuid[], categories: text[], pairwise.
SELECT subject, category, generation, from_month, epoch, wrapped
FROM data_keys JOIN unnest(%(subjects)s::uuid[], %(categories)s::text[]) AS wanted (subject, category)
    USING (subject, category)
ORDER BY subject, category, generation, from_month
