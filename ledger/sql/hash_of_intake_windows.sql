-- What was counted of each topic, by the columns of the hashes.
SELECT topic, messages, rejections, halted_at FROM intake_windows
