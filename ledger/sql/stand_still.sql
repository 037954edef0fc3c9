-- Let this session stand still in a transaction for as long as it likes, whatever its login or the database set.
-- The settings differ by the server's version.
SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
