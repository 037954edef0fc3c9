-- The newest epoch that is not retired.
SELECT epoch, started_at FROM epochs WHERE retired_at IS NULL ORDER BY epoch DESC LIMIT 1
