-- The halts of some topics. topics: text[].
SELECT topic, halted_at FROM intake_windows WHERE topic = ANY(%(topics)s) ORDER BY topic
