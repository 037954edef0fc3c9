-- Give dead letters their hashes. keys (letters), macs: bytea[], pairwise.
UPDATE dead_letters SET mac = hashed.mac
FROM unnest(%(keys)s::bytea[], %(macs)s::bytea[]) AS hashed (letter, mac)
WHERE dead_letters.letter = hashed.letter
