-- Bytes of the tables, indexes and values put aside of some namespaces, without withheld messages, of which only the
-- count is told. namespaces: text[].
SELECT coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::bigint
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = ANY(%(namespaces)s::text[]) AND relkind IN ('r', 'm')
  AND relname <> 'withheld_letters'
