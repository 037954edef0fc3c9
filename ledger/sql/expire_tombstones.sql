-- Delete tombstones that are past their date and whose link to the journal is destroyed. now, subjects: uuid[].
DELETE FROM tombstones WHERE keep_until <= %(now)s AND subject = ANY(%(subjects)s)
