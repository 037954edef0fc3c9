-- Let another publisher of this ledger's log begin. namespace: that of the events.
SELECT pg_advisory_unlock(hashtextextended(%(namespace)s, 2))
