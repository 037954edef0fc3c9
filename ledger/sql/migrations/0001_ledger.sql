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

-- Columns of the eventsourcing library, and the time of recording; those of a fixed length first, so that a row
-- has no gaps. notification_id is the position, originator_id the stream, topic the event type. state: a Zstandard
-- frame (`ledger/storage/frames.py`), which the server need not try to compress again.
CREATE TABLE {events}.events (
    notification_id    bigint      NOT NULL CONSTRAINT events_position PRIMARY KEY,
    recorded_at        timestamptz NOT NULL,
    originator_id      uuid        NOT NULL,
    originator_version bigint      NOT NULL,
    topic              text        NOT NULL,
    state              bytea       NOT NULL,
    CONSTRAINT events_version UNIQUE (originator_id, originator_version)
);
ALTER TABLE {events}.events ALTER COLUMN state SET STORAGE EXTERNAL;
-- Streams in which a system was registered, found without reading all events: with LEDGER_SOURCES=strict
-- every batch is held against what they say.
CREATE INDEX events_systems ON {events}.events (originator_id)
    WHERE topic = 'nl.voipzeker.ledger.system-registered.v1';
-- The events of a stream but reads. Each look at a person is one: there may be any number of them, and most answers
-- about the person show none.
CREATE INDEX events_but_reads ON {events}.events (originator_id)
    WHERE topic <> 'nl.voipzeker.ledger.ledger-read.v1';
-- The events of some types, by their short names: what is asked about some types reads no others.
CREATE INDEX events_types ON {events}.events (split_part(topic, '.', 4));

-- Idempotency: source and id name an event. `name` is 16 bytes of the SHA-256 of both, with a line feed between
-- them; the state says them in full. The fingerprint, 16 bytes, tells a repeat from a conflict; it was made with
-- the fingerprint key of that generation of the event's stream (0: the ledger's own key). Once that key is
-- destroyed, an equal name is a duplicate. erasure: of which the event is the last, as the ledger records it.
-- No index by position: nothing looks for one, and the hash of the batch covers all rows.
CREATE TABLE {events}.event_ids (
    name        uuid    NOT NULL CONSTRAINT event_ids_name PRIMARY KEY,
    position    bigint  NOT NULL,
    generation  integer NOT NULL,
    fingerprint bytea   NOT NULL,
    erasure     uuid
);
CREATE INDEX event_ids_erasure ON {events}.event_ids (erasure) WHERE erasure IS NOT NULL;

-- One row for every write: what came in, and what became of it. `mac` is a hash over the row, the names of its
-- events, the tables beside the events and the batch before it, under a key that is not in the database
-- (`ledger/writing/chain.py`).
-- erasures: what the head counted by then. promised: the largest tree that was promised. names, rows: SHA-256 of
-- its rows in event_ids and in events, as they were copied. sums: of bookmarks, intake_windows, dead_letters and tracking, 32 bytes each.
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
    erasures       bigint,
    promised       bigint,
    names          bytea,
    rows           bytea,
    sums           bytea,
    mac            bytea,
    CHECK (last_position >= first_position - 1),
    CHECK (end_offset >= start_offset)
);
-- What was recorded by a time.
CREATE INDEX batches_recorded ON {events}.batches (recorded_at, batch);

-- What was pruned: the last position of each prefix. A row comes with the event that names it, and with what the
-- event says was removed, in one transaction.
CREATE TABLE {events}.prunings (
    through bigint NOT NULL PRIMARY KEY
);

-- The hashes of the entries of what was pruned, also of those that stay, as the log's tiles have them: 256 hashes of 32
-- bytes, from a first position on. So the log can be made again. Hashes cannot be compressed, and the server need not try.
CREATE TABLE {events}.pruned_leaves (
    first_position bigint NOT NULL PRIMARY KEY,
    hashes         bytea  NOT NULL,
    CHECK (first_position > 0 AND first_position % 256 = 1),
    CHECK (octet_length(hashes) = 8192)
);
ALTER TABLE {events}.pruned_leaves ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Progress of each Kafka partition: the next offset to read, and which incarnation of the topic it means. Here and
-- below `mac` is the keyed hash of the row itself: it says which row it is, where a sum is not what it was.
CREATE TABLE {events}.bookmarks (
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    cluster_id  text    NOT NULL,
    topic_id    text    NOT NULL,
    next_offset bigint  NOT NULL,
    last_record bytea,
    mac         bytea,
    PRIMARY KEY (topic, partition)
);

-- Topics that were halted, since when, and null for those that are read again.
CREATE TABLE {events}.intake_windows (
    topic      text PRIMARY KEY,
    halted_at  timestamptz,
    mac        bytea
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
    last_seen      timestamptz NOT NULL,
    mac            bytea
);
CREATE INDEX dead_letters_subject ON {events}.dead_letters (subject_hmac);
CREATE INDEX dead_letters_day ON {events}.dead_letters (day);
-- Lists of dead letters, oldest first, a page at a time.
CREATE INDEX dead_letters_seen ON {events}.dead_letters (first_seen, letter);

-- Answers to upstream that wait until Kafka has taken them. They never quote a value.
CREATE TABLE {events}.rejection_answers (
    answer  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload bytea NOT NULL,
    mac     bytea
);

-- The eventsourcing library's tracking of upstream applications.
CREATE TABLE {events}.tracking (
    application_name text   NOT NULL CONSTRAINT tracking_name PRIMARY KEY,
    notification_id  bigint NOT NULL,
    mac              bytea
);

-- Every removal of dead letters: recorded after all, expired, or erased with a person. What the batches say was
-- refused is what is kept and what was removed, so that an audit sees a letter that somebody took away.
CREATE TABLE {events}.removed_letters (
    removed_at timestamptz NOT NULL DEFAULT now(),
    letters    bigint      NOT NULL
);

-- The tree that each log of this ledger promised last, by the log's name, written before it is signed: where
-- the log's folder is not the one that it was, the publisher sees it here. It only grows.
-- history: SHA-256 over all trees that the log promised, one after the other, so that a checkpoint cannot go
-- unnoticed from the history in the log's folder.
CREATE TABLE {events}.promises (
    origin  text   PRIMARY KEY,
    size    bigint NOT NULL,
    root    bytea  NOT NULL,
    history bytea
);

-- What came of each source through each topic, and which sources are kept out. Of files, and of commands, there is one
-- row each. source: '' for what has none that can be read; '*' for all that are not registered.
-- messages, rejections: counted until there are enough to judge. recorded, duplicates, refused, held: of all time; held:
-- kept as dead letters because the source was quarantined. letters, letter_bytes: dead letters of letters_on, a day.
CREATE TABLE {events}.intake_sources (
    topic          text        NOT NULL,
    source         text        NOT NULL,
    messages       bigint      NOT NULL,
    rejections     bigint      NOT NULL,
    quarantined_at timestamptz,
    recorded       bigint      NOT NULL,
    duplicates     bigint      NOT NULL,
    refused        bigint      NOT NULL,
    held           bigint      NOT NULL,
    seen_at        timestamptz NOT NULL,
    letters_on     date,
    letters        bigint      NOT NULL,
    letter_bytes   bigint      NOT NULL,
    mac            bytea,
    PRIMARY KEY (topic, source)
);

-- Reads of personal data that were noted and are no event yet: sealed under the ledger's key for reads. A reader
-- adds a note before anything opens, and cannot take it back: only who records a note as an event removes it.
-- `visit`: a keyed hash, the same for looks of one reader at one person; null where the look is recorded by itself.
CREATE TABLE {events}.read_notes (
    note     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed   text        NOT NULL CHECK (octet_length(sealed) <= 65536),
    visit    text        CHECK (octet_length(visit) = 64),
    noted_at timestamptz NOT NULL
);

-- What the open ledger may not know: sealed to the public key of the confidential ledger, which alone can open it. A row
-- says nothing but that there is one; `letter` is a keyed hash of the message, so that the same one is kept once.
CREATE TABLE {events}.withheld_letters (
    letter bytea PRIMARY KEY,
    sealed bytea NOT NULL
);
