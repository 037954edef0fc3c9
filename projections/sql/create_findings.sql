-- Rows of the view of findings, and the findings joined from them. {table}, {entries}.
-- name: of a dossier, else null. first_on, second_on: names of the dossiers that a row depends on, or null.
-- occurred_at: of a fact; the end of time for a dossier that depends on another, which always changes; else null.
CREATE TABLE {views}.{table} (
    stream      uuid             NOT NULL,
    subkey      text COLLATE "C" NOT NULL,
    state       bytea            NOT NULL,
    name        text COLLATE "C",
    first_on    text COLLATE "C",
    second_on   text COLLATE "C",
    occurred_at timestamptz,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
ALTER TABLE {views}.{table} ALTER COLUMN state SET STORAGE EXTERNAL;
-- about: stream of the event. due: from when the finding counts, null: at once.
CREATE TABLE {views}.{entries} (
    stream      uuid             NOT NULL,
    subkey      text COLLATE "C" NOT NULL,
    rule        text COLLATE "C" NOT NULL,
    state       bytea            NOT NULL,
    about       uuid             NOT NULL,
    due         timestamptz,
    occurred_at timestamptz      NOT NULL,
    source      text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, subkey, rule)
);
CREATE INDEX ON {views}.{entries} (about);
CREATE INDEX ON {views}.{entries} (rule, due);
