-- The counted window of a topic. topic, messages, rejections, halted_at: null unless it is halted.
INSERT INTO intake_windows (topic, messages, rejections, halted_at)
VALUES (%(topic)s, %(messages)s, %(rejections)s, %(halted_at)s)
ON CONFLICT (topic) DO UPDATE SET
    messages = EXCLUDED.messages, rejections = EXCLUDED.rejections, halted_at = EXCLUDED.halted_at
