-- Other uses that the server makes of the ledger's tables: it hands their rows on, takes rows for them from elsewhere,
-- or counts them as part of an extension, with which they would be dropped. A slot hands on the writes of everybody,
-- and keeps them until then; a slot of a session ends with that. namespaces: text[].
WITH ours AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY (%(namespaces)s::pg_catalog.name[])
)
SELECT 'publication', pg_catalog.format('%%I', p.pubname), 'of rows'
FROM pg_catalog.pg_publication AS p
WHERE p.puballtables
    OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n JOIN ours ON ours.oid = n.pnnspid
               WHERE n.pnpubid = p.oid)
    OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.prrelid
               JOIN ours ON ours.oid = c.relnamespace WHERE t.prpubid = p.oid)
UNION ALL
SELECT 'subscription', pg_catalog.format('%%I', s.subname), pg_catalog.format('into %%I.%%I', ours.nspname, c.relname)
FROM pg_catalog.pg_subscription_rel AS t
JOIN pg_catalog.pg_subscription AS s ON s.oid = t.srsubid
JOIN pg_catalog.pg_class AS c ON c.oid = t.srrelid
JOIN ours ON ours.oid = c.relnamespace
UNION ALL
SELECT 'extension', pg_catalog.format('%%I', e.extname), 'of ' || pg_catalog.pg_describe_object(d.classid, d.objid, 0)
FROM pg_catalog.pg_depend AS d
JOIN pg_catalog.pg_extension AS e ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND e.oid = d.refobjid
LEFT JOIN pg_catalog.pg_class AS c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
LEFT JOIN pg_catalog.pg_proc AS f ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND f.oid = d.objid
LEFT JOIN pg_catalog.pg_namespace AS n
    ON d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = d.objid
JOIN ours ON ours.oid IN (c.relnamespace, f.pronamespace, n.oid)
WHERE d.deptype IN ('e', 'x')
UNION ALL
SELECT 'replication slot', pg_catalog.format('%%I', slot_name), pg_catalog.concat_ws(' ', slot_type, plugin)
FROM pg_catalog.pg_replication_slots
WHERE NOT temporary AND (database IS NULL OR database = pg_catalog.current_database())
