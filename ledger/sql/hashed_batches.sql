-- How many batches have a hash.
SELECT count(mac) FROM batches
