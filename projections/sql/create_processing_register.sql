-- Rows of the register: observations and declarations by activity, and the entries joined from them.
-- {table}, {named}, {entries}. first_at, last_at: occurred times, null for a declaration.
CREATE TABLE {views}.{table} (
    stream   uuid             NOT NULL,
    subkey   text COLLATE "C" NOT NULL,
    state    bytea            NOT NULL,
    activity text COLLATE "C" NOT NULL,
    first_at timestamptz,
    last_at  timestamptz,
    PRIMARY KEY (stream, subkey)
);
CREATE INDEX ON {views}.{table} (activity, first_at);
CREATE INDEX ON {views}.{table} (activity, last_at);
CREATE INDEX ON {views}.{table} (activity) WHERE first_at IS NULL;
CREATE TABLE {views}.{entries} (
    activity text COLLATE "C" PRIMARY KEY,
    totals   bytea NOT NULL,
    entry    bytea NOT NULL
);
CREATE TABLE {views}.{named} (
    stream uuid             NOT NULL,
    source text COLLATE "C" NOT NULL,
    id     text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, source, id)
);
