-- Lists of feeds whose date has come. now.
SELECT root FROM feed_lists WHERE keep_until <= %(now)s
