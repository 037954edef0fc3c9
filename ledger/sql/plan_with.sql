-- Until the end of the transaction plans are made without some ways and with all others, whatever the site set; with
-- NULL as the site set it. without: text[] of names such as `enable_seqscan`.
SELECT pg_catalog.set_config(
    name,
    CASE WHEN %(without)s::text[] IS NULL THEN reset_val WHEN name = ANY (%(without)s) THEN 'off' ELSE 'on' END,
    true)
FROM pg_catalog.pg_settings
WHERE name LIKE 'enable\_%%' AND vartype = 'bool'
