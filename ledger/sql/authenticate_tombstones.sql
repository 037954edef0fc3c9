-- The MACs of rows that had none. Arrays are parallel: keys, macs.
UPDATE tombstones SET mac = made.mac
FROM unnest(%(keys)s::uuid[], %(macs)s::bytea[]) AS made (subject, mac)
WHERE tombstones.subject = made.subject AND tombstones.mac IS NULL
