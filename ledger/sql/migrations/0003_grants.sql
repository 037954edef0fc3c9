-- Who may do what. Append-only is a grant first: nobody may UPDATE, DELETE or TRUNCATE an event.

GRANT USAGE ON SCHEMA {events} TO {recorder}, {eraser}, {projector}, {reader};
GRANT USAGE ON SCHEMA {keys} TO {recorder}, {eraser}, {reader};
GRANT USAGE ON SCHEMA {views} TO {projector}, {reader};

GRANT SELECT ON ALL TABLES IN SCHEMA {events} TO {recorder}, {eraser}, {reader};
GRANT SELECT ON {events}.head, {events}.events TO {projector};
GRANT SELECT ON {events}.migrations TO {recorder}, {eraser}, {projector}, {reader};

GRANT INSERT ON {events}.events, {events}.event_ids, {events}.batches TO {recorder}, {eraser};
GRANT UPDATE ON {events}.head TO {recorder}, {eraser};
GRANT INSERT, UPDATE ON {events}.bookmarks, {events}.intake_windows, {events}.tracking TO {recorder};
GRANT INSERT, UPDATE, DELETE ON {events}.dead_letters TO {recorder};
GRANT INSERT, DELETE ON {events}.rejection_answers TO {recorder};
GRANT DELETE ON {events}.dead_letters TO {eraser};

-- The recorder makes keys and subjects; only the eraser destroys or re-wraps them.
GRANT SELECT ON ALL TABLES IN SCHEMA {keys} TO {recorder}, {eraser}, {reader};
GRANT INSERT ON {keys}.ledger_keys, {keys}.data_keys, {keys}.subject_index TO {recorder};
GRANT INSERT ON {keys}.blind_index TO {recorder};
GRANT UPDATE (sealed) ON {keys}.subject_index TO {recorder};
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {keys} TO {eraser};

-- The projector owns its tables in the namespace of the views and lets the reader see them.
GRANT CREATE ON SCHEMA {views} TO {projector};
ALTER DEFAULT PRIVILEGES FOR ROLE {projector} IN SCHEMA {views} GRANT SELECT ON TABLES TO {reader};
