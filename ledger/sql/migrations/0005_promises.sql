-- The tree that each log of this ledger promised last, by the log's name, written before it is signed: where
-- the log's folder is not the one that it was, the publisher sees it here. It only grows.
CREATE TABLE {events}.promises (
    origin text   PRIMARY KEY,
    size   bigint NOT NULL,
    root   bytea  NOT NULL
);

CREATE FUNCTION {events}.refuse_other_promise() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) THEN
        RAISE EXCEPTION 'UPDATE of promises is refused: a tree of % entries is promised', OLD.size;
    END IF;
    RETURN NEW;
END
$body$;

CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON {events}.promises
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_other_promise BEFORE UPDATE ON {events}.promises
    FOR EACH ROW EXECUTE FUNCTION {events}.refuse_other_promise();

ALTER TABLE {events}.promises ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.promises ENABLE ALWAYS TRIGGER refuse_other_promise;

-- The publisher reads entries, no keys, and writes nothing but what it promises.
GRANT USAGE ON SCHEMA {events} TO {publisher};
GRANT SELECT ON {events}.events, {events}.head, {events}.migrations TO {publisher};
GRANT SELECT, INSERT, UPDATE ON {events}.promises TO {publisher};
GRANT SELECT ON {events}.promises TO {recorder}, {eraser}, {reader};
