-- Rejections counted so far on a topic. topic.
SELECT messages, rejections, halted_at FROM intake_windows WHERE topic = %(topic)s
