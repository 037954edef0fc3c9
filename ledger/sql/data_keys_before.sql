-- Keys of a rolling category that begin before a month, latest first: the latest covers what follows.
-- subject, category, month.
SELECT category, generation, from_month, epoch, wrapped
FROM data_keys
WHERE subject = %(subject)s AND category = %(category)s AND from_month < %(month)s
ORDER BY generation, from_month DESC
