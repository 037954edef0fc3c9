-- Epochs that are not retired, oldest first.
SELECT epoch FROM epochs WHERE retired_at IS NULL ORDER BY epoch
