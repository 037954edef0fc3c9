-- A guard looks away while rows are loaded that were recorded under it.
ALTER TABLE {namespace}.{table} DISABLE TRIGGER {trigger}
