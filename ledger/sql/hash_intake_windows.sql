-- Give counted windows their hashes. keys (topics): text[], macs: bytea[], pairwise.
UPDATE intake_windows SET mac = hashed.mac
FROM unnest(%(keys)s::text[], %(macs)s::bytea[]) AS hashed (topic, mac)
WHERE intake_windows.topic = hashed.topic
