-- Progress of each Kafka partition.
SELECT topic, partition, next_offset FROM bookmarks ORDER BY topic, partition
