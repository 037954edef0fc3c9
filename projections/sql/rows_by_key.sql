-- Rows by key. {table}. streams: uuid[], subkeys: text[], pairwise.
SELECT stream, subkey, state
FROM {views}.{table} JOIN unnest(%(streams)s::uuid[], %(subkeys)s::text[]) AS wanted (stream, subkey)
    USING (stream, subkey)
