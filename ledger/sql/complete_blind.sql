-- The blind index is complete again.
INSERT INTO blind_index_complete VALUES (true) ON CONFLICT DO NOTHING
