-- Some rows that have no MAC. count: at most.
SELECT subject, category, generation, erased_through FROM fences
WHERE mac IS NULL ORDER BY subject, category LIMIT %(count)s
