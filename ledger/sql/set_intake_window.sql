-- Since when a topic is halted: null when it is read again. topic, halted_at. mac: hash of the row.
INSERT INTO intake_windows (topic, halted_at, mac) VALUES (%(topic)s, %(halted_at)s, %(mac)s)
ON CONFLICT (topic) DO UPDATE SET halted_at = EXCLUDED.halted_at, mac = EXCLUDED.mac
