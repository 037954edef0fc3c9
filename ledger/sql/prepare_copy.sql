-- For this transaction: text as UTF-8, all rows or an error, and no limit of time, whatever a role or the server set.
SELECT pg_catalog.set_config(name, CASE name WHEN 'client_encoding' THEN 'UTF8' WHEN 'row_security' THEN 'off' ELSE '0' END, true)
FROM pg_catalog.pg_settings
WHERE name IN ('client_encoding', 'row_security', 'statement_timeout', 'lock_timeout',
               'idle_in_transaction_session_timeout', 'transaction_timeout')
