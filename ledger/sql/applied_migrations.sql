-- Migrations that were applied, in order.
SELECT name, digest FROM migrations ORDER BY name
