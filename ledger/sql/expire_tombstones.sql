-- Tombstones that are past their date. now.
DELETE FROM tombstones WHERE keep_until <= %(now)s
