-- One publisher of a ledger's log at a time, as long as the session lives. namespace: that of the events.
SELECT pg_try_advisory_lock(hashtextextended(%(namespace)s, 2))
