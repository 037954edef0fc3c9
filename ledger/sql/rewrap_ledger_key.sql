-- One key of the ledger itself under its new wrap. purpose, epoch, wrapped.
UPDATE ledger_keys SET epoch = %(epoch)s, wrapped = %(wrapped)s WHERE purpose = %(purpose)s
