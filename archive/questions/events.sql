-- The events that count: all but those that an annulment took back. These are few, so Spark sends them to each executor
-- instead of sorting all events by position.
SELECT /*+ BROADCAST(annulled) */ segments.* FROM segments LEFT JOIN annulled USING (position) WHERE annulled.position IS NULL
