-- How many messages are withheld, and how many bytes they have.
SELECT count(letter), coalesce(sum(octet_length(sealed)), 0) FROM withheld_letters
