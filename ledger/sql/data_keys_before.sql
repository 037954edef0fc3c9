-- Keys of a rolling category that begin before a month. subject, category, month.
SELECT category, generation, from_month, epoch, wrapped
FROM data_keys
WHERE subject = %(subject)s AND category = %(category)s AND from_month < %(month)s
