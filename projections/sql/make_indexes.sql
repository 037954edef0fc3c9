-- Make what the extra columns are searched by. view, colour, layout: text.
SELECT {views}.make_indexes(%(view)s::text, %(colour)s::text, %(layout)s::text)
