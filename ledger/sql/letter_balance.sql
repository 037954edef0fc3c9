-- Refusals that the batches count, dead letters that are kept, dead letters that were removed.
SELECT (SELECT coalesce(sum(dead_letters), 0) FROM batches),
       (SELECT coalesce(sum(times), 0) FROM dead_letters),
       (SELECT coalesce(sum(letters), 0) FROM removed_letters)
