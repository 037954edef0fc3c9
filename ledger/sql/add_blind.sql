-- Searchable values as keyed hashes. Arrays are parallel: hmacs, subjects, categories, fields.
INSERT INTO blind_index (value_hmac, subject, category, field)
SELECT * FROM unnest(%(hmacs)s::bytea[], %(subjects)s::uuid[], %(categories)s::text[], %(fields)s::text[])
ON CONFLICT DO NOTHING
