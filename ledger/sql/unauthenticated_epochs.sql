-- Some rows that have no MAC. count: at most.
SELECT epoch, started_at, retired_at FROM epochs WHERE mac IS NULL ORDER BY epoch LIMIT %(count)s
