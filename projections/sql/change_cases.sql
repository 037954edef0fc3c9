-- Rows of a view of cases that are there already. {table}. streams: uuid[], subkeys: text[],
-- states: bytea[], open_kind: text[], due: timestamptz[], pairwise.
UPDATE {views}.{table} SET state = new.state, open_kind = new.open_kind, due = new.due
FROM unnest(
    %(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[],
    %(open_kind)s::text[], %(due)s::timestamptz[]
) AS new (stream, subkey, state, open_kind, due)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
