-- A view's rows of one colour. {table}. Room is left for rows that grow where they are.
CREATE TABLE {views}.{table} (
    stream uuid             NOT NULL,
    subkey text COLLATE "C" NOT NULL,
    state  bytea            NOT NULL,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
