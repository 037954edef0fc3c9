-- Facts of some kinds of some streams, that occurred since. {table}. streams: uuid[], kinds: text[],
-- since: timestamptz[], pairwise. The subkeys of a kind lie between `kind/` and `kind0`.
SELECT fact.stream, fact.subkey, fact.state
FROM unnest(%(streams)s::uuid[], %(kinds)s::text[], %(since)s::timestamptz[])
    AS wanted (stream, kind, since)
JOIN {table} AS fact ON fact.stream = wanted.stream
    AND fact.subkey > wanted.kind || '/' AND fact.subkey < wanted.kind || '0'
    AND fact.occurred_at >= wanted.since
ORDER BY fact.stream, fact.subkey
