-- Every removal of dead letters: recorded after all, expired, or erased with a person. What the batches say was
-- refused is what is kept and what was removed, so that an audit sees a letter that somebody took away.
CREATE TABLE {events}.removed_letters (
    removed_at timestamptz NOT NULL DEFAULT now(),
    letters    bigint      NOT NULL
);
INSERT INTO {events}.removed_letters (letters)
SELECT refused - kept
FROM (SELECT coalesce(sum(dead_letters), 0) AS refused FROM {events}.batches) AS batches,
     (SELECT coalesce(sum(times), 0) AS kept FROM {events}.dead_letters) AS letters
WHERE refused <> kept;

CREATE FUNCTION {events}.count_removed_letters() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
    INSERT INTO removed_letters (letters) SELECT sum(times) FROM old_rows HAVING count(*) > 0;
    RETURN NULL;
END
$body$;

CREATE TRIGGER count_removed AFTER DELETE ON {events}.dead_letters
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.count_removed_letters();
CREATE TRIGGER refuse_change BEFORE TRUNCATE ON {events}.dead_letters
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.removed_letters
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();

ALTER TABLE {events}.dead_letters ENABLE ALWAYS TRIGGER count_removed;
ALTER TABLE {events}.dead_letters ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.removed_letters ENABLE ALWAYS TRIGGER refuse_change;

GRANT SELECT ON {events}.removed_letters TO {recorder}, {eraser}, {reader};
GRANT INSERT ON {events}.removed_letters TO {recorder}, {eraser};
