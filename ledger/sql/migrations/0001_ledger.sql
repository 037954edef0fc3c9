-- The events and what is recorded in the same transaction with them.
-- Names in braces are replaced by quoted identifiers of one ledger.

-- The single writer's lock and the only source of positions, recorded times and batch numbers.
-- `erasures` counts erasures: a writer that sealed under an older count decides its batch again.
CREATE TABLE {events}.head (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT 'epoch',
    batch       bigint      NOT NULL DEFAULT 0,
    erasures    bigint      NOT NULL DEFAULT 0
);
INSERT INTO {events}.head DEFAULT VALUES;

-- Columns of the eventsourcing library, and the time of recording.
-- notification_id is the position, originator_id the stream, topic the event type.
CREATE TABLE {events}.events (
    originator_id      uuid        NOT NULL,
    originator_version bigint      NOT NULL,
    topic              text        NOT NULL,
    state              bytea       NOT NULL,
    notification_id    bigint      NOT NULL CONSTRAINT events_position PRIMARY KEY,
    recorded_at        timestamptz NOT NULL,
    CONSTRAINT events_version UNIQUE (originator_id, originator_version)
);

-- Idempotency: (source, id) names an event. The fingerprint tells a repeat from a conflict; it was made
-- with the fingerprint key of that generation of the event's stream (0: the ledger's own key). Once that
-- key is destroyed, an equal (source, id) is a duplicate.
CREATE TABLE {events}.event_ids (
    source      text    NOT NULL,
    id          text    NOT NULL,
    position    bigint  NOT NULL CONSTRAINT event_ids_position UNIQUE,
    fingerprint bytea   NOT NULL,
    generation  integer NOT NULL,
    CONSTRAINT event_ids_name PRIMARY KEY (source, id)
);

-- One row for every write: what came in, and what became of it.
CREATE TABLE {events}.batches (
    batch          bigint      NOT NULL PRIMARY KEY,
    topic          text        NOT NULL,
    partition      integer     NOT NULL,
    start_offset   bigint      NOT NULL,
    end_offset     bigint      NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    duplicates     integer     NOT NULL,
    dead_letters   integer     NOT NULL,
    recorded_at    timestamptz NOT NULL,
    CHECK (last_position >= first_position - 1),
    CHECK (end_offset >= start_offset)
);

-- Progress of each Kafka partition: the next offset to read, and which incarnation of the topic it means.
CREATE TABLE {events}.bookmarks (
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    cluster_id  text    NOT NULL,
    topic_id    text    NOT NULL,
    next_offset bigint  NOT NULL,
    last_record bytea,
    PRIMARY KEY (topic, partition)
);

-- Rejections counted over a window of messages; too many halt the topic.
CREATE TABLE {events}.intake_windows (
    topic      text   PRIMARY KEY,
    messages   bigint NOT NULL,
    rejections bigint NOT NULL,
    halted_at  timestamptz
);

-- Messages that could not be recorded, sealed under a key of the day.
CREATE TABLE {events}.dead_letters (
    letter         bytea       PRIMARY KEY,
    code           text        NOT NULL,
    pointer        text        NOT NULL,
    event_type     text,
    source         text,
    id             text,
    topic          text        NOT NULL,
    partition      integer     NOT NULL,
    record_offset  bigint      NOT NULL,
    mode           text        NOT NULL,
    day            date        NOT NULL,
    sealed         bytea       NOT NULL,
    subject_hmac   bytea,
    times          integer     NOT NULL DEFAULT 1,
    first_seen     timestamptz NOT NULL,
    last_seen      timestamptz NOT NULL
);
CREATE INDEX dead_letters_subject ON {events}.dead_letters (subject_hmac);
CREATE INDEX dead_letters_day ON {events}.dead_letters (day);

-- Answers to upstream that wait until Kafka has taken them. They never quote a value.
CREATE TABLE {events}.rejection_answers (
    answer  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload bytea NOT NULL
);

-- The eventsourcing library's tracking of upstream applications.
CREATE TABLE {events}.tracking (
    application_name text   NOT NULL CONSTRAINT tracking_name PRIMARY KEY,
    notification_id  bigint NOT NULL
);

-- Append-only, also for the owner, also under session_replication_role = replica.
CREATE FUNCTION {events}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME;
END
$body$;

CREATE FUNCTION {events}.refuse_rogue_insert() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
    inserted record;
    expected record;
BEGIN
    SELECT count(*) AS n, min(notification_id) AS first, max(notification_id) AS last,
           min(recorded_at) AS oldest, max(recorded_at) AS newest INTO inserted FROM new_rows;
    SELECT position, recorded_at INTO expected FROM head;
    IF inserted.n > 0 AND (inserted.last <> expected.position
        OR inserted.first <> expected.position - inserted.n + 1
        OR inserted.oldest <> expected.recorded_at OR inserted.newest <> expected.recorded_at) THEN
        RAISE EXCEPTION 'INSERT into events is refused: the rows are not the last ones of head';
    END IF;
    RETURN NULL;
END
$body$;

CREATE FUNCTION {events}.refuse_rewind() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.position < OLD.position OR NEW.batch < OLD.batch OR NEW.erasures < OLD.erasures
        OR NEW.recorded_at < OLD.recorded_at THEN
        RAISE EXCEPTION 'UPDATE of head is refused: it only moves forward';
    END IF;
    RETURN NEW;
END
$body$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.events
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.event_ids
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}.batches
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON {events}.head
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_change();
CREATE TRIGGER refuse_rewind BEFORE UPDATE ON {events}.head
    FOR EACH ROW EXECUTE FUNCTION {events}.refuse_rewind();
CREATE TRIGGER refuse_rogue_insert AFTER INSERT ON {events}.events
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {events}.refuse_rogue_insert();

ALTER TABLE {events}.events ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.event_ids ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.batches ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.head ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {events}.head ENABLE ALWAYS TRIGGER refuse_rewind;
ALTER TABLE {events}.events ENABLE ALWAYS TRIGGER refuse_rogue_insert;
