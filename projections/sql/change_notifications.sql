-- Rows of the view of notifications that are there already. {table}. streams: uuid[], subkeys: text[],
-- states: bytea[], open_tasks: int4[], pairwise.
UPDATE {views}.{table} SET state = new.state, open_tasks = new.open_tasks
FROM unnest(
    %(streams)s::uuid[], %(subkeys)s::text[], %(states)s::bytea[], %(open_tasks)s::int4[]
) AS new (stream, subkey, state, open_tasks)
WHERE {table}.stream = new.stream AND {table}.subkey = new.subkey
