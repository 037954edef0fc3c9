-- Epochs before `epoch` that have not ended. epoch.
SELECT epoch, started_at, retired_at, mac FROM epochs
WHERE epoch < %(epoch)s AND retired_at IS NULL ORDER BY epoch
