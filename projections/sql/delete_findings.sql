-- Findings that no longer are. {entries}. streams: uuid[], subkeys, rules: text[], pairwise.
DELETE FROM {views}.{entries}
USING unnest(%(streams)s::uuid[], %(subkeys)s::text[], %(rules)s::text[]) AS gone (stream, subkey, rule)
WHERE {entries}.stream = gone.stream AND {entries}.subkey = gone.subkey AND {entries}.rule = gone.rule
