-- Incidents, by when something is due, then by reference. subkeys: text[] or null.
-- open_only: those that are open.
SELECT stream, subkey, state FROM {views}.incidents
WHERE (%(subkeys)s::text[] IS NULL OR subkey = ANY(%(subkeys)s::text[]))
  AND (NOT %(open_only)s::boolean OR open_kind IS NOT NULL)
ORDER BY due NULLS LAST, subkey, stream
