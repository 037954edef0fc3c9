-- Clear a stored halt and begin to count anew. topics: text[].
UPDATE intake_windows SET messages = 0, rejections = 0, halted_at = NULL
WHERE topic = ANY(%(topics)s) AND halted_at IS NOT NULL
