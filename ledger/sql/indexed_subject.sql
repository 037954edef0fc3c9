-- The index row of a data subject. subject: uuid.
SELECT reference_hmac, index_version, kind, valid_from FROM subject_index WHERE subject = %(subject)s
