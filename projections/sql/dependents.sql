-- The next rows that depend on dossiers of some names, since a time. {table}. names: text[], since:
-- timestamptz[], pairwise. occurred_at, stream, subkey: exclusive start. count: at most.
SELECT DISTINCT found.occurred_at, found.stream, found.subkey, found.state
FROM unnest(%(names)s::text[], %(since)s::timestamptz[]) AS wanted (name, since)
CROSS JOIN LATERAL (
    (SELECT occurred_at, stream, subkey, state FROM {views}.{table}
     WHERE first_on = wanted.name AND occurred_at >= wanted.since
       AND (occurred_at, stream, subkey) > (%(occurred_at)s, %(stream)s, %(subkey)s)
     ORDER BY occurred_at, stream, subkey LIMIT %(count)s)
    UNION ALL
    (SELECT occurred_at, stream, subkey, state FROM {views}.{table}
     WHERE second_on = wanted.name AND occurred_at >= wanted.since
       AND (occurred_at, stream, subkey) > (%(occurred_at)s, %(stream)s, %(subkey)s)
     ORDER BY occurred_at, stream, subkey LIMIT %(count)s)
) AS found
ORDER BY occurred_at, stream, subkey
LIMIT %(count)s
