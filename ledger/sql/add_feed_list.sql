-- The list of a feed. root, keep_until, members, epoch, wrapped, position, mac.
INSERT INTO feed_lists (root, position, keep_until, members, epoch, wrapped, mac)
VALUES (%(root)s, %(position)s, %(keep_until)s, %(members)s, %(epoch)s, %(wrapped)s, %(mac)s)
