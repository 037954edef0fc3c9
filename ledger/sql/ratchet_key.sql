-- The key of a later month takes the place of an expired one; one that begins there already stays.
-- subject, category, generation, start: month of the expired key, month, wrapped.
WITH expired AS (
    DELETE FROM data_keys
    WHERE subject = %(subject)s AND category = %(category)s AND generation = %(generation)s
      AND from_month = %(start)s
    RETURNING epoch
)
INSERT INTO data_keys (subject, category, generation, from_month, epoch, wrapped)
SELECT %(subject)s, %(category)s, %(generation)s, %(month)s, epoch, %(wrapped)s FROM expired
ON CONFLICT DO NOTHING
