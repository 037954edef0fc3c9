-- Which life of which database this is, and the last position: a restart, a new timeline of the write-ahead log, and a
-- different database are a new life. A server that follows a primary has the timeline of the primary.
SELECT pg_postmaster_start_time()::text,
       CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       position
FROM head
