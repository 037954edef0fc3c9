-- How many erasures there have been, and the last batch.
SELECT erasures, batch FROM head
