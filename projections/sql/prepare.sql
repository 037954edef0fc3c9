-- What all views share. views: namespace of the views.
-- Where the progress of every view is kept.
CREATE TABLE IF NOT EXISTS {views}.view_bookmarks (
    view     text   COLLATE "C" PRIMARY KEY,
    version  text   NOT NULL,
    position bigint NOT NULL,
    colour   text   NOT NULL CHECK (colour IN ('blue', 'green'))
);
-- Events that annulments have named: when one arrives later, its stream is folded again.
CREATE TABLE IF NOT EXISTS {views}.named_events (
    stream uuid             NOT NULL,
    source text COLLATE "C" NOT NULL,
    id     text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, source, id)
);
