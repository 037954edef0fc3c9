-- The keys of a subject's categories. subject: uuid, categories: text[].
DELETE FROM data_keys WHERE subject = %(subject)s AND category = ANY(%(categories)s)
