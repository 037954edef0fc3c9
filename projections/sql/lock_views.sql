-- One at a time makes or swaps tables, until the end of the transaction. name: what is locked.
SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 1))
