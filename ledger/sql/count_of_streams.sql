-- How many events some streams have up to a position. streams: uuid[]. upto: inclusive. "+ 0": found by stream alone.
SELECT count(*) FROM events WHERE originator_id = ANY(%(streams)s) AND notification_id + 0 <= %(upto)s
