-- Wrapped keys, the subject index and what is left of the erased. A backup of its own, short-lived.
-- mac: what authenticates a row that is not a wrapped key: an HMAC over all its columns, under a key that the
-- database never has.

-- Epochs of the key provider; the current one is the newest that is not retired.
CREATE TABLE {keys}.epochs (
    epoch      integer     PRIMARY KEY,
    started_at timestamptz NOT NULL,
    retired_at timestamptz,
    mac        bytea
);

-- Keys of the ledger itself: index, fingerprint, letter, blind, and one a day for dead letters.
CREATE TABLE {keys}.ledger_keys (
    purpose text    PRIMARY KEY,
    epoch   integer NOT NULL,
    wrapped bytea   NOT NULL
);

-- One key per data subject, category and generation. A rolling category has one row for a chain of
-- months: the stored key is that of from_month, later ones are derived. Otherwise from_month is 0.
CREATE TABLE {keys}.data_keys (
    subject    uuid    NOT NULL,
    category   text    NOT NULL,
    generation integer NOT NULL,
    from_month integer NOT NULL,
    epoch      integer NOT NULL,
    wrapped    bytea   NOT NULL,
    PRIMARY KEY (subject, category, generation, from_month)
);

-- Reference to data subject. The reference itself is sealed (NULL after a restore from before the
-- person was known, until the person is seen again); the HMAC finds it.
-- A reference has one row for each data subject that it has named, from valid_from on.
CREATE TABLE {keys}.subject_index (
    subject        uuid        PRIMARY KEY,
    reference_hmac bytea       NOT NULL,
    index_version  integer     NOT NULL,
    kind           text        NOT NULL,
    valid_from     timestamptz NOT NULL,
    sealed         text,
    mac            bytea,
    CONSTRAINT subject_index_period UNIQUE (reference_hmac, valid_from)
);
CREATE INDEX subject_index_kind ON {keys}.subject_index (kind);

-- What answers "erased on ..." once everything of a person is gone.
CREATE TABLE {keys}.tombstones (
    subject        uuid        PRIMARY KEY,
    reference_hmac bytea       NOT NULL,
    index_version  integer     NOT NULL,
    kind           text        NOT NULL,
    valid_from     timestamptz NOT NULL,
    erased_through timestamptz NOT NULL,
    keep_until     timestamptz NOT NULL,
    mac            bytea
);
CREATE INDEX tombstones_reference ON {keys}.tombstones (reference_hmac);

-- No value of an event that occurred up to erased_through may be sealed for this category again.
CREATE TABLE {keys}.fences (
    subject        uuid        NOT NULL,
    category       text        NOT NULL,
    generation     integer     NOT NULL,
    erased_through timestamptz NOT NULL,
    mac            bytea,
    PRIMARY KEY (subject, category)
);

-- Search by e-mail, phone or IBAN. Unlogged: it never reaches the write-ahead log or a backup, and is
-- made again from the sealed values after a crash.
CREATE UNLOGGED TABLE {keys}.blind_index (
    value_hmac bytea NOT NULL,
    subject    uuid  NOT NULL,
    category   text  NOT NULL,
    field      text  NOT NULL,
    PRIMARY KEY (value_hmac, subject, field)
);
CREATE INDEX blind_index_subject ON {keys}.blind_index (subject, category);
-- Present while the blind index is complete; gone, with its rows, after a crash or a restore.
CREATE UNLOGGED TABLE {keys}.blind_index_complete (one boolean PRIMARY KEY CHECK (one));
INSERT INTO {keys}.blind_index_complete VALUES (true);

-- Whom a feed about many persons was about, for as long as a person may ask. A member is a token, which only the
-- secret key of the feed makes of a reference; that key is wrapped here and goes with the list.

-- root: what the event of the feed commits to. position: of the last event when the list came. mac: over the
-- columns before the key, which is bound to its row by its wrapping.
CREATE TABLE {keys}.feed_lists (
    root       bytea       PRIMARY KEY,
    position   bigint      NOT NULL,
    keep_until timestamptz NOT NULL,
    members    bigint      NOT NULL,
    epoch      integer     NOT NULL,
    wrapped    bytea       NOT NULL,
    mac        bytea       NOT NULL
);

-- The tokens of a list in ascending order, one after the other; a page has those with the same first bits, so
-- that one row answers for one person. They are random: to compress them is in vain.
CREATE TABLE {keys}.feed_pages (
    root   bytea   NOT NULL,
    page   integer NOT NULL,
    tokens bytea   NOT NULL,
    PRIMARY KEY (root, page)
);
ALTER TABLE {keys}.feed_pages ALTER COLUMN tokens SET STORAGE EXTERNAL;
