-- The sealed reference of a subject that came back from the erasure journal. subject, sealed.
UPDATE subject_index SET sealed = %(sealed)s WHERE subject = %(subject)s AND sealed IS NULL
