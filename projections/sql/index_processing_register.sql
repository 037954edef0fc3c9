-- How the rows of an activity are found, and its declaration. {table}. Times are in no index, since they
-- change with nearly every event.
CREATE INDEX ON {views}.{table} (activity);
CREATE INDEX ON {views}.{table} (activity) WHERE first_at IS NULL;
