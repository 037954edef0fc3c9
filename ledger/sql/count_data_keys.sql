-- How many data keys there are.
SELECT count(*) FROM data_keys
