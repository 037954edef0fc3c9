-- All epochs, oldest first.
SELECT epoch, started_at, retired_at, mac FROM epochs ORDER BY epoch
