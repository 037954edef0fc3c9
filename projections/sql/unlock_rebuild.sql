-- The rebuild is over. name: what was locked.
SELECT pg_advisory_unlock(hashtextextended(%(name)s, 2))
