-- What readers see under a view's own name: the rows of the colour that is in use. {name}, {table}.
DROP VIEW IF EXISTS {views}.{name};
CREATE VIEW {views}.{name} AS SELECT * FROM {views}.{table};
