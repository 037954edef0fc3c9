-- Append-only, also for the owner, also under session_replication_role = replica.

-- Guards look nothing up but in the server's own namespace.
CREATE FUNCTION {events}.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME;
END
$body$;

-- Rows go only in the transaction that prunes their prefix; the trigger names the column of their position. The account of
-- an erasure never goes.
CREATE FUNCTION {events}.refuse_removal() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    last bigint;
BEGIN
    EXECUTE format('SELECT max(%I) FROM old_rows', TG_ARGV[0]) INTO last;
    IF last IS NOT NULL AND NOT EXISTS (
        SELECT FROM {events}.prunings AS pruning
        WHERE through >= last AND pruning.xmin = pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION 'DELETE of % is refused: the ledger is append-only', TG_TABLE_NAME;
    END IF;
    IF TG_TABLE_NAME = 'events' THEN
        IF EXISTS (SELECT FROM old_rows WHERE topic IN (
            'nl.voipzeker.ledger.erasure-decided.v1', 'nl.voipzeker.ledger.personal-data-erased.v1',
            'nl.voipzeker.ledger.erasure-reapplied.v1', 'nl.voipzeker.ledger.values-resealed.v1'
        )) THEN
            RAISE EXCEPTION 'DELETE of events is refused: an account of an erasure stays';
        END IF;
    END IF;
    RETURN NULL;
END
$body$;

-- Hashes of entries come only in the transaction that prunes their prefix.
CREATE FUNCTION {events}.refuse_rogue_leaves() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF EXISTS (SELECT FROM new_rows) AND NOT EXISTS (
        SELECT FROM {events}.prunings AS pruning
        WHERE through >= (SELECT max(first_position) + 255 FROM new_rows)
          AND pruning.xmin = pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION 'INSERT into pruned_leaves is refused: nothing is pruned up to there';
    END IF;
    RETURN NULL;
END
$body$;

-- At the end of the transaction: each pruning reaches further than those before it, is an event, and keeps all hashes.
CREATE FUNCTION {events}.refuse_unrecorded_pruning() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (
        SELECT FROM {events}.event_ids JOIN {events}.events ON notification_id = position
        WHERE position > NEW.through AND name = encode(substr(sha256(convert_to(
            'urn:processing-ledger:pruning' || chr(10) || 'through.' || NEW.through, 'UTF8'
        )), 1, 16), 'hex')::uuid
    ) OR EXISTS (SELECT FROM {events}.prunings WHERE through > NEW.through) THEN
        RAISE EXCEPTION 'INSERT into prunings is refused: no event says that this prefix was pruned';
    END IF;
    IF NEW.through <> 256 * (SELECT count(*) FROM {events}.pruned_leaves) THEN
        RAISE EXCEPTION 'INSERT into prunings is refused: the hashes of this prefix are not all kept';
    END IF;
    RETURN NULL;
END
$body$;

CREATE FUNCTION {events}.refuse_rogue_insert() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    inserted record;
    expected record;
BEGIN
    SELECT count(*) AS n, min(notification_id) AS first, max(notification_id) AS last,
           min(recorded_at) AS oldest, max(recorded_at) AS newest INTO inserted FROM new_rows;
    SELECT position, recorded_at INTO expected FROM {events}.head;
    IF inserted.n > 0 AND (inserted.last <> expected.position
        OR inserted.first <> expected.position - inserted.n + 1
        OR inserted.oldest <> expected.recorded_at OR inserted.newest <> expected.recorded_at) THEN
        RAISE EXCEPTION 'INSERT into events is refused: the rows are not the last ones of head';
    END IF;
    RETURN NULL;
END
$body$;

CREATE FUNCTION {events}.refuse_rewind() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NEW.position < OLD.position OR NEW.batch < OLD.batch OR NEW.erasures < OLD.erasures
        OR NEW.recorded_at < OLD.recorded_at THEN
        RAISE EXCEPTION 'UPDATE of head is refused: it only moves forward';
    END IF;
    RETURN NEW;
END
$body$;

CREATE FUNCTION {events}.count_removed_letters() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    INSERT INTO {events}.removed_letters (letters)
    SELECT sum(times) FROM old_rows HAVING count(*) > 0;
    RETURN NULL;
END
$body$;

CREATE FUNCTION {events}.refuse_other_promise() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) THEN
        RAISE EXCEPTION 'UPDATE of promises is refused: a tree of % entries is promised', OLD.size;
    END IF;
    RETURN NEW;
END
$body$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON {events}.events
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_removal AFTER DELETE ON {events}.events
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_removal('notification_id');
CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON {events}.event_ids
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_removal AFTER DELETE ON {events}.event_ids
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_removal('position');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.batches
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.prunings
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.pruned_leaves
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_rogue_leaves AFTER INSERT ON {events}.pruned_leaves
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_rogue_leaves();
CREATE CONSTRAINT TRIGGER refuse_unrecorded_pruning AFTER INSERT ON {events}.prunings
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION {events}.refuse_unrecorded_pruning();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON {events}.head
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_rewind BEFORE UPDATE ON {events}.head
    FOR EACH ROW EXECUTE FUNCTION {events}.refuse_rewind();
CREATE TRIGGER refuse_rogue_insert AFTER INSERT ON {events}.events
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_rogue_insert();
CREATE TRIGGER count_removed AFTER DELETE ON {events}.dead_letters
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.count_removed_letters();
CREATE TRIGGER refuse_change BEFORE TRUNCATE ON {events}.dead_letters
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.removed_letters
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON {events}.promises
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_other_promise BEFORE UPDATE ON {events}.promises
    FOR EACH ROW EXECUTE FUNCTION {events}.refuse_other_promise();
CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON {events}.withheld_letters
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON {events}.read_notes
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();

ALTER TABLE {events}.events ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.events ENABLE ALWAYS TRIGGER refuse_removal;
ALTER TABLE {events}.event_ids ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.event_ids ENABLE ALWAYS TRIGGER refuse_removal;
ALTER TABLE {events}.prunings ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.prunings ENABLE ALWAYS TRIGGER refuse_unrecorded_pruning;
ALTER TABLE {events}.pruned_leaves ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.pruned_leaves ENABLE ALWAYS TRIGGER refuse_rogue_leaves;
ALTER TABLE {events}.batches ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.head ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.head ENABLE ALWAYS TRIGGER refuse_rewind;
ALTER TABLE {events}.events ENABLE ALWAYS TRIGGER refuse_rogue_insert;
ALTER TABLE {events}.dead_letters ENABLE ALWAYS TRIGGER count_removed;
ALTER TABLE {events}.dead_letters ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.removed_letters ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.promises ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.promises ENABLE ALWAYS TRIGGER refuse_other_promise;
ALTER TABLE {events}.withheld_letters ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.read_notes ENABLE ALWAYS TRIGGER refuse_change;
