-- A name under which other connections see the same moment, until this transaction ends.
SELECT pg_export_snapshot()
