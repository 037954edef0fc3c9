-- How many rows a view has of each kind, kept from the differences of rows, and how many ever came.
-- {counts}.
CREATE TABLE {views}.{counts} (
    label text COLLATE "C" PRIMARY KEY,
    rows  bigint           NOT NULL,
    added bigint           NOT NULL
);
