-- What disclosures are searched and sorted by. {table}.
CREATE INDEX ON {views}.{table} (occurred_at, source, id);
CREATE INDEX ON {views}.{table} (recipient, occurred_at);
CREATE INDEX ON {views}.{table} (kind, occurred_at);
