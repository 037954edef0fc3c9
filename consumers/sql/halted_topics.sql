-- Topics that too many rejections have halted. topics: text[].
SELECT topic FROM intake_windows WHERE topic = ANY(%(topics)s) AND halted_at IS NOT NULL
