-- Forget what was handed over.
DELETE FROM withheld_letters WHERE letter = ANY (%(letters)s)
