-- Findings with all their columns, in the order of their places. {views}, {table}. stream, subkey, rule: exclusive
-- start. count: at most.
SELECT stream, subkey, rule, state, about, due, occurred_at, source, id FROM {views}.{table}
WHERE (stream, subkey, rule) > (%(stream)s, %(subkey)s, %(rule)s)
ORDER BY stream, subkey, rule
LIMIT %(count)s
