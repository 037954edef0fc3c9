-- Dead letters that are sealed in another format than the program's. known: its first byte.
SELECT letter, get_byte(sealed, 0) FROM dead_letters
WHERE octet_length(sealed) > 0 AND get_byte(sealed, 0) <> %(known)s
ORDER BY letter
