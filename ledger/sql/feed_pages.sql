-- All pages of a list, in order. root.
SELECT page, tokens FROM feed_pages WHERE root = %(root)s ORDER BY page
