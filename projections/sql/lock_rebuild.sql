-- One rebuild of a view at a time, until the end of the session. name: what is locked.
SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 2))
