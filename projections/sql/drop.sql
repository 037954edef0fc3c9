-- Throw a table of one colour away. {table}.
DROP TABLE IF EXISTS {views}.{table};
