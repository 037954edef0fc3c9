-- One writer of keys or subjects at a time, until the end of the transaction: consumers that make them,
-- erasures that destroy them, rotations that wrap them again. namespace: that of the keys.
SELECT pg_advisory_xact_lock(hashtextextended(%(namespace)s, 1))
