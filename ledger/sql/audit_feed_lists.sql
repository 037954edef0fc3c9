-- All lists of feeds.
SELECT root, position, keep_until, members, mac, epoch, wrapped FROM feed_lists ORDER BY root
