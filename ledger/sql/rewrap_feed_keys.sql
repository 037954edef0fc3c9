-- Keys of feeds under their new wrap. roots, wrapped, epoch.
UPDATE feed_lists AS kept SET epoch = %(epoch)s, wrapped = new.wrapped
FROM unnest(%(roots)s::bytea[], %(wrapped)s::bytea[]) AS new (root, wrapped)
WHERE kept.root = new.root
