-- A letter whose message was recorded after all. letter: its keyed hash.
DELETE FROM dead_letters WHERE letter = %(letter)s
