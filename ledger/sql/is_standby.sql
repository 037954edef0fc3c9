-- Whether the server follows a primary, and so has no unlogged table.
SELECT pg_is_in_recovery()
