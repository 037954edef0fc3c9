-- The counted window of a topic. topic, messages, rejections, halted_at: null unless it is halted. mac: hash of the row.
INSERT INTO intake_windows (topic, messages, rejections, halted_at, mac)
VALUES (%(topic)s, %(messages)s, %(rejections)s, %(halted_at)s, %(mac)s)
ON CONFLICT (topic) DO UPDATE SET
    messages = EXCLUDED.messages, rejections = EXCLUDED.rejections, halted_at = EXCLUDED.halted_at,
    mac = EXCLUDED.mac
