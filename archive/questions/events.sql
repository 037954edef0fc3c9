-- The events that count: all but those that an annulment took back.
SELECT segments.* FROM segments LEFT JOIN annulled USING (position) WHERE annulled.position IS NULL
