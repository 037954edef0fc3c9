-- Keys of the ledger itself that are wrapped under an earlier epoch. epoch.
SELECT purpose, epoch, wrapped FROM ledger_keys WHERE epoch < %(epoch)s
