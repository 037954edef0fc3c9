-- How many dead letters wait.
SELECT count(*) FROM dead_letters
