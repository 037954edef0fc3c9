-- Rows that ever came, as the tables that are replaced have it. {counts}, {replaced}.
INSERT INTO {views}.{counts} AS kept (label, rows, added)
SELECT label, 0, added FROM {views}.{replaced}
ON CONFLICT (label) DO UPDATE SET added = greatest(kept.added, EXCLUDED.added)
