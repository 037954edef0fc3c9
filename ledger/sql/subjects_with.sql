-- The data subjects with a value. value_hmac: its blind hash.
SELECT DISTINCT subject FROM blind_index WHERE value_hmac = %(value_hmac)s
