-- All bookmarks, by the columns of their hashes, and those.
SELECT topic, partition, cluster_id, topic_id, next_offset, last_record, mac FROM bookmarks ORDER BY topic, partition
