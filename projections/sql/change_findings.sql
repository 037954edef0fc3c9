-- Rows of the view of findings that are there already. {table}. streams: uuid[], subkeys: text[],
-- states: bytea[], name, first_on, second_on: text[], pairwise.
UPDATE {table}
SET state = new.state, name = new.name, first_on = new.first_on, second_on = new.second_on
FROM unnest(
    %(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[],
    %(name)s::text[], %(first_on)s::text[], %(second_on)s::text[]
) AS new (stream, subkey, state, name, first_on, second_on)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
