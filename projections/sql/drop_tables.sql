-- Throw the tables of a view in one colour away. view, colour: text.
SELECT {views}.drop_tables(%(view)s::text, %(colour)s::text)
