-- All bookmarks, by the columns of their hashes.
SELECT topic, partition, cluster_id, topic_id, next_offset, last_record FROM bookmarks
