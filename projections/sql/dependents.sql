-- The next rows that depend on dossiers of some names. {table}. names: text[]. stream, subkey: exclusive
-- start. count: at most.
SELECT DISTINCT found.stream, found.subkey, found.state
FROM unnest(%(names)s::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    (SELECT stream, subkey, state FROM {table}
     WHERE first_on = wanted.name AND (stream, subkey) > (%(stream)s, %(subkey)s)
     ORDER BY stream, subkey LIMIT %(count)s)
    UNION ALL
    (SELECT stream, subkey, state FROM {table}
     WHERE second_on = wanted.name AND (stream, subkey) > (%(stream)s, %(subkey)s)
     ORDER BY stream, subkey LIMIT %(count)s)
) AS found
ORDER BY stream, subkey
LIMIT %(count)s
