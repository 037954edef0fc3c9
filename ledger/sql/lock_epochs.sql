-- Epochs that are not retired, locked against writers of keys until the transaction ends.
SELECT epoch FROM epochs WHERE retired_at IS NULL ORDER BY epoch FOR UPDATE
