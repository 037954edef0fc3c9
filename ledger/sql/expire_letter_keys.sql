-- The keys of the days before; the purpose names the day, so the text order is that of the days.
DELETE FROM ledger_keys WHERE purpose LIKE 'letters/%%' AND purpose < %(purpose)s
