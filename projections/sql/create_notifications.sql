-- Rows of the view of notifications. {table}. open_tasks: how many recipients are still to be told.
CREATE TABLE {views}.{table} (
    stream     uuid             NOT NULL,
    subkey     text COLLATE "C" NOT NULL,
    state      bytea            NOT NULL,
    open_tasks integer          NOT NULL,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
