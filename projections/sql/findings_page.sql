-- The next findings in the order of their places. {entries}. stream, subkey, rule: exclusive start.
-- count: at most.
SELECT stream, subkey, rule, state FROM {views}.{entries}
WHERE (stream, subkey, rule) > (%(stream)s, %(subkey)s, %(rule)s)
ORDER BY stream, subkey, rule
LIMIT %(count)s
