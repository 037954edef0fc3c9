-- All keys of the ledger itself.
SELECT purpose, epoch, wrapped FROM ledger_keys ORDER BY purpose
