-- Rows that go. {table}. streams: uuid[], subkeys: text[], pairwise.
DELETE FROM {views}.{table}
USING unnest(%(streams)s::uuid[], %(subkeys)s::text[]) AS gone (stream, subkey)
WHERE {table}.stream = gone.stream AND {table}.subkey = gone.subkey
