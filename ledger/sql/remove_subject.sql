-- The index row of a wholly erased person. subject: uuid.
DELETE FROM subject_index WHERE subject = %(subject)s
