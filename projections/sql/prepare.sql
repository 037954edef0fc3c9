-- Where the progress of every view is kept. views: namespace of the views.
CREATE TABLE IF NOT EXISTS {views}.view_bookmarks (
    view     text   COLLATE "C" PRIMARY KEY,
    version  text   NOT NULL,
    position bigint NOT NULL,
    colour   text   NOT NULL CHECK (colour IN ('blue', 'green'))
);
