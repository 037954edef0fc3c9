-- Rows of a view of cases, such as requests or incidents. {table}. open_kind: what it is while something is to
-- be done, else null. due: the instant from which that is too late; null while no period runs.
CREATE TABLE {views}.{table} (
    stream     uuid             NOT NULL,
    subkey     text COLLATE "C" NOT NULL,
    state      bytea            NOT NULL,
    open_kind text COLLATE "C",
    due        timestamptz,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
