-- What was counted of some topics. topics: text[].
SELECT topic, messages, rejections, halted_at FROM intake_windows WHERE topic = ANY(%(topics)s) ORDER BY topic
