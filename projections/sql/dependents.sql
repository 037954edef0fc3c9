-- The next rows that depend on dossiers of some names, since a time. {table}. names: bigint[], their hashes; since:
-- timestamptz[], pairwise. before: place of the first fact that is not asked for. occurred_at, subkey, stream:
-- exclusive start. count: at most.
SELECT DISTINCT found.occurred_at, found.subkey, found.stream, found.state
FROM unnest(%(names)s::bigint[], %(since)s::timestamptz[]) AS wanted (name, since)
CROSS JOIN LATERAL (
    (SELECT occurred_at, subkey, stream, state FROM {views}.{table}
     WHERE first_on = wanted.name AND occurred_at >= wanted.since
       AND (occurred_at, subkey, stream) > (%(occurred_at)s, %(subkey)s, %(stream)s)
       AND (substr(subkey, 2) < %(before)s OR subkey = 'dossier')
     ORDER BY occurred_at, subkey, stream LIMIT %(count)s)
    UNION ALL
    (SELECT occurred_at, subkey, stream, state FROM {views}.{table}
     WHERE second_on = wanted.name AND occurred_at >= wanted.since
       AND (occurred_at, subkey, stream) > (%(occurred_at)s, %(subkey)s, %(stream)s)
       AND (substr(subkey, 2) < %(before)s OR subkey = 'dossier')
     ORDER BY occurred_at, subkey, stream LIMIT %(count)s)
) AS found
ORDER BY occurred_at, subkey, stream
LIMIT %(count)s
