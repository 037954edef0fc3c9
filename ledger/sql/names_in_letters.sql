-- Every source, topic and type that dead letters have together.
SELECT DISTINCT source, topic, event_type FROM dead_letters
