-- Tables, views, sequences and whatever else stands where a table may: kind, owner, how it is kept, row security,
-- parents. Settings of vacuum belong to the site. Four flags say of a table whether the server looks for its triggers,
-- rules, indexes and checks at all. namespaces: text[].
SELECT
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'relation' END,
    pg_catalog.format('%%I.%%I', n.nspname, c.relname),
    pg_catalog.concat_ws(' ',
        'kind', c.relkind, 'persistence', c.relpersistence, pg_catalog.format('owner %%I', o.rolname),
        CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN 'row security' END,
        CASE WHEN c.relispartition THEN 'partition' END,
        CASE WHEN c.reloftype <> 0 THEN 'of a type' END,
        CASE WHEN NOT c.relhastriggers AND EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS x WHERE x.tgrelid = c.oid) THEN 'without its triggers' END,
        CASE WHEN NOT c.relhasrules AND EXISTS (
            SELECT FROM pg_catalog.pg_rewrite AS x WHERE x.ev_class = c.oid) THEN 'without its rules' END,
        CASE WHEN NOT c.relhasindex AND EXISTS (
            SELECT FROM pg_catalog.pg_index AS x WHERE x.indrelid = c.oid) THEN 'without its indexes' END,
        CASE WHEN c.relchecks <> (SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint AS x
            WHERE x.conrelid = c.oid AND x.contype = 'c') THEN 'without its checks' END,
        CASE WHEN c.reltablespace <> 0 THEN 'elsewhere on the disk' END,
        CASE WHEN a.amname <> 'heap' THEN pg_catalog.format('access %%I', a.amname) END,
        (SELECT 'options ' || pg_catalog.string_agg(option, ',' ORDER BY option)
         FROM pg_catalog.unnest(c.reloptions) AS option
         WHERE option NOT LIKE 'autovacuum%%' AND option NOT LIKE 'toast%%autovacuum%%'),
        (SELECT 'parents ' || pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::text, ',' ORDER BY i.inhseqno)
         FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid),
        CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) END,
        (SELECT pg_catalog.concat_ws(' ', s.seqtypid::pg_catalog.regtype::text, s.seqstart, s.seqincrement, s.seqmin,
                                     s.seqmax, s.seqcache, s.seqcycle)
         FROM pg_catalog.pg_sequence AS s WHERE s.seqrelid = c.oid))
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles AS o ON o.oid = c.relowner
LEFT JOIN pg_catalog.pg_am AS a ON a.oid = c.relam
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[]) AND c.relkind NOT IN ('i', 'I', 't')
