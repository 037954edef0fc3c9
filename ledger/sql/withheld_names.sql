-- Names of all that is withheld.
SELECT letter FROM withheld_letters
