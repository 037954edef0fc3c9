-- Notes of some visits that are no event yet. visits: text[], the beginning of their names: all of it, or that of a person.
SELECT note, sealed, visit, noted_at FROM read_notes WHERE visit ^@ ANY(%(visits)s::text[])
