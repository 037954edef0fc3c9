-- Wrapped key of the ledger itself. purpose: what it is for.
SELECT epoch, wrapped FROM ledger_keys WHERE purpose = %(purpose)s
