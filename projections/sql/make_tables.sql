-- Make the tables of a view in one colour, empty; what was left of an earlier attempt goes. view, colour,
-- layout: text. counted: whether its rows are counted.
SELECT {views}.make_tables(%(view)s::text, %(colour)s::text, %(layout)s::text, %(counted)s::boolean)
