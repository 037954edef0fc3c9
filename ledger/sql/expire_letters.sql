-- Letters of days before `oldest` are forgotten.
DELETE FROM dead_letters WHERE day < %(oldest)s
