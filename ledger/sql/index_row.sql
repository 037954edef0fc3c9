-- The whole index row of a data subject. subject: uuid.
SELECT subject, reference_hmac, index_version, kind, valid_from, sealed, mac
FROM subject_index WHERE subject = %(subject)s
