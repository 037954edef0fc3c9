-- Rows of the register: observations and declarations by activity, and the entries joined from them.
-- {table}, {entries}. first_at, last_at: occurred times, null for a declaration.
CREATE TABLE {views}.{table} (
    stream   uuid             NOT NULL,
    subkey   text COLLATE "C" NOT NULL,
    state    bytea            NOT NULL,
    activity text COLLATE "C" NOT NULL,
    first_at timestamptz,
    last_at  timestamptz,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
CREATE TABLE {views}.{entries} (
    activity text COLLATE "C" PRIMARY KEY,
    totals   bytea NOT NULL,
    entry    bytea NOT NULL
);
