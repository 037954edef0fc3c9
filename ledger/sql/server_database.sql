-- The number of this database.
SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
