-- The references of columns of the server's catalogue: table, column, the table of the object; whether there are
-- several.
SELECT fktable::pg_catalog.regclass::text, fkcols, pktable::pg_catalog.regclass::text, is_array
FROM pg_catalog.pg_get_catalog_foreign_keys()
