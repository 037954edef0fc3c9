-- Give bookmarks their hashes. keys (topics): text[], seconds (partitions): integer[], macs: bytea[], pairwise.
UPDATE bookmarks SET mac = hashed.mac
FROM unnest(%(keys)s::text[], %(seconds)s::integer[], %(macs)s::bytea[]) AS hashed (topic, partition, mac)
WHERE bookmarks.topic = hashed.topic AND bookmarks.partition = hashed.partition
