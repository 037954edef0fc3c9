-- End this user's recorders that have waited for their own client, inside a transaction, for too long: they
-- hold the head lock. patience_s: seconds.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE usename = session_user AND datname = current_database() AND application_name = 'ledger-recorder'
  AND xact_start IS NOT NULL AND wait_event = 'ClientRead' AND pid <> pg_backend_pid()
  AND greatest(query_start, state_change) < clock_timestamp() - make_interval(secs => %(patience_s)s)
