-- How many messages are withheld, and what they take on disk: a reader sees no single one.
SELECT count(letter), pg_total_relation_size('withheld_letters') FROM withheld_letters
