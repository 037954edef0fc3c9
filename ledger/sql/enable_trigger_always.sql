-- A trigger fires again, also where a session calls itself a replica, as the migrations made it.
ALTER TABLE {namespace}.{table} ENABLE ALWAYS TRIGGER {trigger}
