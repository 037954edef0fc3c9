-- The release of the server, and the number that its cluster was given when it was made.
SELECT pg_catalog.current_setting('server_version'), system_identifier::text FROM pg_catalog.pg_control_system()
