-- A key of the ledger itself; the first one stays. purpose, epoch, wrapped.
INSERT INTO ledger_keys (purpose, epoch, wrapped) VALUES (%(purpose)s, %(epoch)s, %(wrapped)s)
ON CONFLICT DO NOTHING
