-- A view's rows of one colour. {table}. Room is left for rows to change where they are; states are not
-- compressed, which takes longer than to write them: most of their bytes are sealed and do not shrink.
CREATE TABLE {views}.{table} (
    stream uuid             NOT NULL,
    subkey text COLLATE "C" NOT NULL,
    state  bytea            NOT NULL,
    PRIMARY KEY (stream, subkey)
) WITH (fillfactor = 80);
ALTER TABLE {views}.{table} ALTER COLUMN state SET STORAGE EXTERNAL;
