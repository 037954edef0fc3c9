-- Dead letters about a person. subject_hmac.
DELETE FROM dead_letters WHERE subject_hmac = %(subject_hmac)s
