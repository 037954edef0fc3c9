-- Keep withheld messages; a row that is there already stays as it is.
INSERT INTO withheld_letters (letter, sealed)
SELECT letter, sealed FROM unnest(%(letters)s::bytea[], %(sealed)s::bytea[]) AS new (letter, sealed)
ON CONFLICT (letter) DO NOTHING
