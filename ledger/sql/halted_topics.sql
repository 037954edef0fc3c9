-- Topics that are halted.
SELECT topic FROM intake_windows WHERE halted_at IS NOT NULL ORDER BY topic
