-- Known dead letters that came once more. letters, codes, pointers, times, last_seen, macs: arrays, pairwise.
UPDATE dead_letters
SET code = again.code, pointer = again.pointer, times = again.times, last_seen = again.last_seen, mac = again.mac
FROM unnest(%(letters)s::bytea[], %(codes)s::text[], %(pointers)s::text[], %(times)s::integer[],
            %(last_seen)s::timestamptz[], %(macs)s::bytea[])
    AS again (letter, code, pointer, times, last_seen, mac)
WHERE dead_letters.letter = again.letter
