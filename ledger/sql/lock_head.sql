-- The single writer's lock, and how many migrations the database has: a newer program may have come since.
SELECT position, batch, erasures, (SELECT count(*) FROM migrations) FROM head FOR UPDATE
