-- Rows that came and went: the difference, and those that came. {counts}. labels: text[], rows, added:
-- bigint[], pairwise; no label twice.
INSERT INTO {views}.{counts} AS kept (label, rows, added)
SELECT * FROM unnest(%(labels)s::text[], %(rows)s::bigint[], %(added)s::bigint[])
ON CONFLICT (label)
DO UPDATE SET rows = kept.rows + EXCLUDED.rows, added = kept.added + EXCLUDED.added
