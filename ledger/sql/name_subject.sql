-- The sealed reference of a subject that came back from the erasure journal. subject, sealed, mac.
UPDATE subject_index SET sealed = %(sealed)s, mac = %(mac)s WHERE subject = %(subject)s AND sealed IS NULL
