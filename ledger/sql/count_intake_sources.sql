-- How many sources a topic has rows of. topic.
SELECT count(*) FROM intake_sources WHERE topic = %(topic)s
