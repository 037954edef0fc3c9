-- Migrations that were applied, and when, in order.
SELECT name, digest, applied_at FROM migrations ORDER BY name
