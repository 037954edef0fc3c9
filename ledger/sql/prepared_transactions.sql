-- Transactions of this database that were prepared and neither committed nor rolled back, each with the tables of the
-- ledger that it has locked: its changes are seen when somebody commits it. namespaces: text[].
SELECT p.transaction::text,
       pg_catalog.array_agg(DISTINCT pg_catalog.format('%%I.%%I', n.nspname, c.relname))
           FILTER (WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[]) AND c.relkind <> 'i')
FROM pg_catalog.pg_prepared_xacts AS p
LEFT JOIN pg_catalog.pg_locks AS own ON own.locktype = 'transactionid' AND own.transactionid = p.transaction
    AND own.pid IS NULL AND own.granted
LEFT JOIN pg_catalog.pg_locks AS l ON l.locktype = 'relation' AND l.pid IS NULL
    AND l.virtualtransaction = own.virtualtransaction
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = p.database)
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE p.database = pg_catalog.current_database()
GROUP BY p.transaction::text
ORDER BY p.transaction::text
