-- Which life of which database this is, and the last position: another start, another timeline of the write-ahead
-- log, and another database are another life. A server that follows another one has the timeline of that one.
SELECT pg_postmaster_start_time()::text,
       CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       position
FROM head
