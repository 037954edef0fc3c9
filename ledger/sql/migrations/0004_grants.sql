-- Who may do what. Append-only is a grant first: no role may UPDATE or TRUNCATE events, and only the pruner may DELETE some.

GRANT USAGE ON SCHEMA {events} TO {recorder}, {eraser}, {pruner}, {projector}, {reader}, {publisher};
GRANT USAGE ON SCHEMA {keys} TO {recorder}, {eraser}, {reader};
GRANT USAGE ON SCHEMA {views} TO {projector}, {reader};

GRANT SELECT ON ALL TABLES IN SCHEMA {events} TO {recorder}, {eraser}, {reader};
-- What is withheld is read by who hands it over; the others count it.
REVOKE SELECT ON {events}.withheld_letters FROM {eraser}, {reader};
GRANT SELECT (letter) ON {events}.withheld_letters TO {eraser}, {reader};
GRANT SELECT ON {events}.head, {events}.events, {events}.prunings TO {projector};
GRANT SELECT ON {events}.migrations TO {recorder}, {eraser}, {pruner}, {projector}, {reader};

GRANT INSERT ON {events}.events, {events}.event_ids, {events}.batches TO {recorder}, {eraser};
GRANT UPDATE ON {events}.head TO {recorder}, {eraser};
GRANT INSERT, UPDATE ON {events}.bookmarks, {events}.intake_windows, {events}.tracking TO {recorder};
GRANT INSERT, UPDATE, DELETE ON {events}.dead_letters TO {recorder};
GRANT INSERT, DELETE ON {events}.rejection_answers TO {recorder};
GRANT DELETE ON {events}.dead_letters TO {eraser};
GRANT INSERT ON {events}.removed_letters TO {recorder}, {eraser};
GRANT INSERT, UPDATE ON {events}.intake_sources TO {recorder}, {eraser};
GRANT INSERT, DELETE ON {events}.withheld_letters TO {recorder};
GRANT INSERT ON {events}.read_notes TO {reader};
GRANT DELETE ON {events}.read_notes TO {recorder}, {eraser};

-- The pruner removes events that a pruning names, and records it. It reads no key.
GRANT SELECT ON {events}.events, {events}.event_ids, {events}.batches, {events}.head, {events}.promises,
    {events}.prunings, {events}.pruned_leaves TO {pruner};
GRANT INSERT ON {events}.events, {events}.event_ids, {events}.batches, {events}.prunings, {events}.pruned_leaves TO {pruner};
GRANT UPDATE ON {events}.head TO {pruner};
GRANT DELETE ON {events}.events, {events}.event_ids TO {pruner};

-- The publisher reads entries, no keys, and writes nothing but what it promises.
GRANT SELECT ON {events}.events, {events}.head, {events}.prunings, {events}.pruned_leaves, {events}.migrations TO {publisher};
GRANT SELECT, INSERT, UPDATE ON {events}.promises TO {publisher};

-- The recorder makes keys and subjects; only the eraser destroys or re-wraps them.
GRANT SELECT ON ALL TABLES IN SCHEMA {keys} TO {recorder}, {eraser}, {reader};
GRANT INSERT ON {keys}.ledger_keys, {keys}.data_keys, {keys}.subject_index TO {recorder};
GRANT INSERT ON {keys}.blind_index, {keys}.feed_lists, {keys}.feed_pages TO {recorder};
GRANT UPDATE (sealed, mac) ON {keys}.subject_index TO {recorder};
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {keys} TO {eraser};

-- What is locked instead of numbers that every login could lock: views of a constant, which hold nothing. Whoever
-- may update one may lock it, and nobody else; being no tables, the server never cleans them up.
CREATE VIEW {keys}.key_writer AS SELECT true AS one;
CREATE VIEW {events}.log_writer AS SELECT true AS one;
CREATE VIEW {events}.answer_sender AS SELECT true AS one;
CREATE VIEW {events}.table_maker AS SELECT true AS one;
GRANT UPDATE ON {keys}.key_writer TO {recorder}, {eraser};
GRANT UPDATE ON {events}.log_writer TO {publisher};
GRANT UPDATE ON {events}.answer_sender TO {recorder};
