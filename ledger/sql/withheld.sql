-- All that is withheld, in the order of names, which says nothing.
SELECT letter, sealed FROM withheld_letters ORDER BY letter
