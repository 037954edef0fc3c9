-- Keep hashes of what this transaction prunes. firsts: bigint[], the first position of each tile. tiles: bytea[].
INSERT INTO pruned_leaves (first_position, hashes)
SELECT * FROM unnest(%(firsts)s::bigint[], %(tiles)s::bytea[])
