-- Facts of some kinds of some streams, that occurred since. {table}. streams: uuid[], kinds: text[],
-- since: timestamptz[], pairwise. The subkeys of a kind begin with its letter, then comes the place; before: place
-- of the first that is not asked for. OFFSET keeps the planner from reading the whole table of a ledger that is
-- still small.
SELECT fact.stream, fact.subkey, fact.state
FROM unnest(%(streams)s::uuid[], %(kinds)s::text[], %(since)s::timestamptz[])
    AS wanted (stream, kind, since)
CROSS JOIN LATERAL (
    SELECT stream, subkey, state FROM {views}.{table}
    WHERE stream = wanted.stream
      AND subkey >= wanted.kind AND subkey < wanted.kind || %(before)s
      AND occurred_at >= wanted.since
    OFFSET 0
) AS fact
ORDER BY fact.stream, fact.subkey
