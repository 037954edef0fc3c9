-- Days of which dead letters are kept.
SELECT DISTINCT day FROM dead_letters ORDER BY day
