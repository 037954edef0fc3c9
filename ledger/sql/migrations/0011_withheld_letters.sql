-- What the open ledger may not know: sealed to the public key of the confidential ledger, which alone can open it. A row
-- says nothing but that there is one; `letter` is a keyed hash of the message, so that the same one is kept once.
CREATE TABLE {events}.withheld_letters (
    letter bytea PRIMARY KEY,
    sealed bytea NOT NULL
);

CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON {events}.withheld_letters
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
ALTER TABLE {events}.withheld_letters ENABLE ALWAYS TRIGGER refuse_change;

GRANT SELECT, INSERT, DELETE ON {events}.withheld_letters TO {recorder};
GRANT SELECT (letter) ON {events}.withheld_letters TO {eraser}, {reader};
