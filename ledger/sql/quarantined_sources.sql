-- How many sources of each topic are quarantined; 0 where none is. Files and commands are no topics.
SELECT topic, count(quarantined_at) FROM intake_sources WHERE strpos(topic, ':') = 0 GROUP BY topic ORDER BY topic
