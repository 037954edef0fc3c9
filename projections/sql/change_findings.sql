-- Rows of the view of findings that are there already. {table}. streams: uuid[], subkeys: text[],
-- states: bytea[], name: text[], first_on, second_on: bigint[], occurred_at: timestamptz[], pairwise.
UPDATE {views}.{table}
SET state = new.state, name = new.name, first_on = new.first_on, second_on = new.second_on,
    occurred_at = new.occurred_at
FROM unnest(
    %(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[],
    %(name)s::text[], %(first_on)s::bigint[], %(second_on)s::bigint[], %(occurred_at)s::timestamptz[]
) AS new (stream, subkey, state, name, first_on, second_on, occurred_at)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
