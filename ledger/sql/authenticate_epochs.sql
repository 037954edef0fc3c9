-- The MACs of rows that had none. Arrays are parallel: keys, macs.
UPDATE epochs SET mac = made.mac
FROM unnest(%(keys)s::integer[], %(macs)s::bytea[]) AS made (epoch, mac)
WHERE epochs.epoch = made.epoch AND epochs.mac IS NULL
