-- Wake whoever follows the ledger. channel, position: text.
SELECT pg_notify(%(channel)s, %(position)s)
