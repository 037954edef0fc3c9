-- Rows that are there already. {table}. streams: uuid[], subkeys: text[], states: bytea[], pairwise.
UPDATE {views}.{table} SET state = new.state
FROM unnest(%(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[])
    AS new (stream, subkey, state)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
