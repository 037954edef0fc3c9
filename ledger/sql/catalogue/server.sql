-- What changes every statement of the database, wherever it stands, and is no part of the server or of an extension that
-- the site installed: objects among the server's own, casts between its types, event triggers. What came with the server
-- (oids below 16384) was complete when the cluster was made; nothing is added to its extensions later.
SELECT o.kind, o.name, 'added'
FROM (
    SELECT 'server function', oid, 'pg_catalog.pg_proc'::pg_catalog.regclass,
           pg_catalog.format('%%I(%%s)', proname, pg_catalog.pg_get_function_identity_arguments(oid))
    FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server operator', oid, 'pg_catalog.pg_operator'::pg_catalog.regclass, oprname
    FROM pg_catalog.pg_operator WHERE oprnamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server type', oid, 'pg_catalog.pg_type'::pg_catalog.regclass, typname
    FROM pg_catalog.pg_type WHERE typnamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server table', oid, 'pg_catalog.pg_class'::pg_catalog.regclass, relname
    FROM pg_catalog.pg_class WHERE relnamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server conversion', oid, 'pg_catalog.pg_conversion'::pg_catalog.regclass, conname
    FROM pg_catalog.pg_conversion WHERE connamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server collation', oid, 'pg_catalog.pg_collation'::pg_catalog.regclass, collname
    FROM pg_catalog.pg_collation WHERE collnamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server operator class', oid, 'pg_catalog.pg_opclass'::pg_catalog.regclass, opcname
    FROM pg_catalog.pg_opclass WHERE opcnamespace = 'pg_catalog'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'server cast', oid, 'pg_catalog.pg_cast'::pg_catalog.regclass,
           pg_catalog.format('%%s as %%s', pg_catalog.format_type(castsource, NULL), pg_catalog.format_type(casttarget, NULL))
    FROM pg_catalog.pg_cast WHERE castsource < 16384 AND casttarget < 16384
    UNION ALL
    SELECT 'event trigger', oid, 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, evtname
    FROM pg_catalog.pg_event_trigger
) AS o (kind, oid, class, name)
WHERE o.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e' AND d.refobjid >= 16384)
