-- Some epochs have ended. Arrays are parallel: epochs, macs. now: when.
UPDATE epochs SET retired_at = %(now)s, mac = ended.mac
FROM unnest(%(epochs)s::integer[], %(macs)s::bytea[]) AS ended (epoch, mac)
WHERE epochs.epoch = ended.epoch AND retired_at IS NULL
