-- Topics that are halted. topics: text[].
SELECT topic FROM intake_windows WHERE topic = ANY(%(topics)s) AND halted_at IS NOT NULL
