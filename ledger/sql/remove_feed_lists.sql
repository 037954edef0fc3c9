-- Lists of feeds and their keys. roots: bytea[].
DELETE FROM feed_lists WHERE root = ANY(%(roots)s::bytea[])
