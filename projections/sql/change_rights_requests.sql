-- Rows of the view of requests that are there already. {table}. streams: uuid[], subkeys: text[],
-- states: bytea[], open_right: text[], due: timestamptz[], pairwise.
UPDATE {table} SET state = new.state, open_right = new.open_right, due = new.due
FROM unnest(
    %(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[],
    %(open_right)s::text[], %(due)s::timestamptz[]
) AS new (stream, subkey, state, open_right, due)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
