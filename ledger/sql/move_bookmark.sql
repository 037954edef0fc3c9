-- Compare-and-set on the start of the batch, in the same incarnation of the topic. No row: fenced.
-- mac: hash of the row as it is afterwards.
UPDATE bookmarks SET next_offset = %(end)s, last_record = %(last_record)s, mac = %(mac)s
WHERE topic = %(topic)s AND partition = %(partition)s AND next_offset = %(start)s
  AND cluster_id = %(cluster_id)s AND topic_id = %(topic_id)s
