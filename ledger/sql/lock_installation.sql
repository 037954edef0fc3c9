-- One installer at a time. namespace: name of the ledger's namespace.
SELECT pg_advisory_xact_lock(hashtextextended(%(namespace)s, 0))
