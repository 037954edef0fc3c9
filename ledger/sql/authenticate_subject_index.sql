-- The MACs of rows that had none. Arrays are parallel: keys, macs.
UPDATE subject_index SET mac = made.mac
FROM unnest(%(keys)s::uuid[], %(macs)s::bytea[]) AS made (subject, mac)
WHERE subject_index.subject = made.subject AND subject_index.mac IS NULL
