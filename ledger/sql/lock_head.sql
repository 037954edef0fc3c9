-- The single writer's lock.
SELECT position, batch, erasures FROM head FOR UPDATE
