-- How many pages there are of lists that are not there.
SELECT count(*) FROM feed_pages WHERE root NOT IN (SELECT root FROM feed_lists)
