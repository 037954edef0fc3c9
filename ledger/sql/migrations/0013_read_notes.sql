-- Reads of personal data that were noted and are no event yet: sealed under the ledger's key for reads. A reader
-- adds a note before anything opens, and cannot take it back: only who records a note as an event removes it.
CREATE TABLE {events}.read_notes (
    note   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed text   NOT NULL CHECK (octet_length(sealed) <= 65536)
);

CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON {events}.read_notes
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
ALTER TABLE {events}.read_notes ENABLE ALWAYS TRIGGER refuse_change;

GRANT SELECT, INSERT ON {events}.read_notes TO {reader};
GRANT SELECT, DELETE ON {events}.read_notes TO {recorder}, {eraser};
