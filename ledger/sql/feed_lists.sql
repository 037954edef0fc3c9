-- Lists of feeds. roots: bytea[].
SELECT root, position, keep_until, members, epoch, wrapped, mac FROM feed_lists WHERE root = ANY(%(roots)s::bytea[])
