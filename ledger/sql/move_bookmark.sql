-- Compare-and-set on the start of the batch, in the same incarnation of the topic. No row: fenced.
UPDATE bookmarks SET next_offset = %(end)s, last_record = coalesce(%(last_record)s, last_record)
WHERE topic = %(topic)s AND partition = %(partition)s AND next_offset = %(start)s
  AND cluster_id = %(cluster_id)s AND topic_id = %(topic_id)s
