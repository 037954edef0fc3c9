-- Rows that came and went. {counts}. labels: text[], rows: bigint[], pairwise; no label twice.
INSERT INTO {counts} AS kept (label, rows)
SELECT * FROM unnest(%(labels)s::text[], %(rows)s::bigint[])
ON CONFLICT (label) DO UPDATE SET rows = kept.rows + EXCLUDED.rows
