-- Rows of the register that are there already. {table}. streams: uuid[], subkeys: text[],
-- states: bytea[], activity: text[], first_at, last_at: timestamptz[], pairwise.
UPDATE {views}.{table}
SET state = new.state, activity = new.activity, first_at = new.first_at, last_at = new.last_at
FROM unnest(
    %(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[],
    %(activity)s::text[], %(first_at)s::timestamptz[], %(last_at)s::timestamptz[]
) AS new (stream, subkey, state, activity, first_at, last_at)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
