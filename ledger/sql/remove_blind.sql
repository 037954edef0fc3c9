-- What was searchable of a subject's categories. subject: uuid, categories: text[].
DELETE FROM blind_index WHERE subject = %(subject)s AND category = ANY(%(categories)s)
