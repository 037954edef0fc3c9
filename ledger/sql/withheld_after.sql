-- Withheld messages under names after a given one, in the order of names, which tells nothing: up to most_bytes.
SELECT letter, sealed
FROM (
    SELECT letter, sealed, sum(octet_length(sealed)) OVER (ORDER BY letter) AS bytes_so_far
    FROM withheld_letters
    WHERE letter > %(letter)s
) AS counted
WHERE bytes_so_far <= %(most_bytes)s
ORDER BY letter
