-- Some data keys that are wrapped under an earlier epoch. epoch, count: at most.
SELECT subject, category, generation, from_month, epoch, wrapped
FROM data_keys WHERE epoch < %(epoch)s
ORDER BY subject, category, generation, from_month
LIMIT %(count)s
