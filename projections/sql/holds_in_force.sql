-- Legal holds in force, by when their review is due, then by reference.
SELECT stream, state FROM {views}.legal_holds
WHERE open_kind IS NOT NULL
ORDER BY due NULLS LAST, subkey, stream
