-- Rows of the view of disclosures, with what it is searched and sorted by. {table}. They never change.
CREATE TABLE {views}.{table} (
    stream      uuid             NOT NULL,
    subkey      text COLLATE "C" NOT NULL,
    state       bytea            NOT NULL,
    position    bigint           NOT NULL,
    occurred_at timestamptz      NOT NULL,
    source      text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    recipient   text COLLATE "C" NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, subkey)
);
