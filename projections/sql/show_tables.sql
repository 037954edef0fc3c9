-- Let readers see the tables of one colour under the view's own name. view, colour: text.
SELECT {views}.show_tables(%(view)s::text, %(colour)s::text)
