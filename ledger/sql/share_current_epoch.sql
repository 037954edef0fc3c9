-- The current key epoch, kept from ending until the transaction does.
SELECT epoch FROM epochs WHERE retired_at IS NULL ORDER BY epoch DESC LIMIT 1 FOR SHARE
