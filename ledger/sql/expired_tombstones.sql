-- Whose tombstones are past their date. now.
SELECT subject FROM tombstones WHERE keep_until <= %(now)s ORDER BY subject
