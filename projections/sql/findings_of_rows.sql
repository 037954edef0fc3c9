-- Findings of some rows. {entries}. streams: uuid[], subkeys: text[], pairwise.
SELECT stream, subkey, rule, state
FROM {views}.{entries} JOIN unnest(%(streams)s::uuid[], %(subkeys)s::text[]) AS wanted (stream, subkey)
    USING (stream, subkey)
