-- Whether the server follows another one, and so has no unlogged table.
SELECT pg_is_in_recovery()
