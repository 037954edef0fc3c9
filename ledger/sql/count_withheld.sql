-- How many messages are withheld.
SELECT count(letter) FROM withheld_letters
