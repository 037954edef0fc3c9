-- Rows of the view of requests. {table}. open_right: of a request that is not answered, else null.
-- due: the instant from which it is too late; null while its period stands still, or once it was fulfilled.
CREATE TABLE {views}.{table} (
    stream     uuid             NOT NULL,
    subkey     text COLLATE "C" NOT NULL,
    state      bytea            NOT NULL,
    open_right text COLLATE "C",
    due        timestamptz,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
