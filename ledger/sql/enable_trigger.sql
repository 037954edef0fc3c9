-- A trigger fires again, as the migrations made it.
ALTER TABLE {namespace}.{table} ENABLE TRIGGER {trigger}
