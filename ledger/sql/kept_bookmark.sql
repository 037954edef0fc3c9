-- How far the ledger is with a partition, and since when its topic is halted. topic, partition.
SELECT cluster_id, topic_id, next_offset, last_record, halted_at
FROM bookmarks LEFT JOIN intake_windows ON intake_windows.topic = bookmarks.topic
WHERE bookmarks.topic = %(topic)s AND partition = %(partition)s
