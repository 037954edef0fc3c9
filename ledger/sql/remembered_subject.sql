-- The row of a data subject, erased or not. subject: uuid.
SELECT reference_hmac, index_version, kind, valid_from FROM subject_index WHERE subject = %(subject)s
UNION ALL
SELECT reference_hmac, index_version, kind, valid_from FROM tombstones WHERE subject = %(subject)s
