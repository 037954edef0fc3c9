-- What came of each source through each topic, and which sources are kept out. Of files, and of commands, there is one
-- row each. source: '' for what has none that can be read; '*' for all that came when a topic had too many.
-- messages, rejections: counted until there are enough to judge. recorded, duplicates, refused, held: of all time; held:
-- kept as dead letters because the source was quarantined.
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
    mac            bytea,
    PRIMARY KEY (topic, source)
);

GRANT SELECT ON {events}.intake_sources TO {recorder}, {eraser}, {reader};
GRANT INSERT, UPDATE ON {events}.intake_sources TO {recorder}, {eraser};

-- Lists of dead letters, oldest first, a page at a time.
CREATE INDEX dead_letters_seen ON {events}.dead_letters (first_seen, letter);
