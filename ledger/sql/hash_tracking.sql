-- Give the progress of applications their hashes. keys (names): text[], macs: bytea[], pairwise.
UPDATE tracking SET mac = hashed.mac
FROM unnest(%(keys)s::text[], %(macs)s::bytea[]) AS hashed (name, mac)
WHERE application_name = hashed.name
