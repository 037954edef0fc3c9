-- A view's rows of one colour, and the events that annulments have named. {table}, {named}.
CREATE TABLE {views}.{table} (
    stream uuid             NOT NULL,
    subkey text COLLATE "C" NOT NULL,
    state  bytea            NOT NULL,
    PRIMARY KEY (stream, subkey)
);
CREATE TABLE {views}.{named} (
    stream uuid             NOT NULL,
    source text COLLATE "C" NOT NULL,
    id     text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, source, id)
);
