-- Migrations that were applied, and when, in order.
SELECT name, digest, applied_at FROM {events}.migrations ORDER BY name
