-- Which of these namespaces are there and belong to another user than this one, and to whom. Nothing here can be
-- what somebody put into them: every type is the very one that the server's own operators take.
-- namespaces: text[].
SELECT nspname::text, pg_catalog.pg_get_userbyid(nspowner)::text
FROM pg_catalog.pg_namespace
WHERE nspname::text OPERATOR(pg_catalog.=) ANY(%(namespaces)s::text[])
  AND pg_catalog.pg_get_userbyid(nspowner) OPERATOR(pg_catalog.<>) CURRENT_USER
