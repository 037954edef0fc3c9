-- Whether any row was authenticated before.
SELECT EXISTS (SELECT FROM epochs WHERE mac IS NOT NULL)
    OR EXISTS (SELECT FROM subject_index WHERE mac IS NOT NULL)
    OR EXISTS (SELECT FROM tombstones WHERE mac IS NOT NULL)
    OR EXISTS (SELECT FROM fences WHERE mac IS NOT NULL)
