-- How many dead letters there are.
SELECT count(*) FROM dead_letters
