-- Whom a feed about many persons was about, for as long as a person may ask. A member is a token, which only the
-- secret key of the feed makes of a reference; that key is wrapped here and goes with the list.

-- root: what the event of the feed commits to. position: of the last event when the list came. mac: over the
-- columns before the key, which is bound to its row by its wrapping.
CREATE TABLE {keys}.feed_lists (
    root       bytea       PRIMARY KEY,
    position   bigint      NOT NULL,
    keep_until timestamptz NOT NULL,
    members    bigint      NOT NULL,
    epoch      integer     NOT NULL,
    wrapped    bytea       NOT NULL,
    mac        bytea       NOT NULL
);

-- The tokens of a list in ascending order, one after the other; a page has those with the same first bits, so
-- that one row answers for one person. They are random: to compress them is in vain.
CREATE TABLE {keys}.feed_pages (
    root   bytea   NOT NULL,
    page   integer NOT NULL,
    tokens bytea   NOT NULL,
    PRIMARY KEY (root, page)
);
ALTER TABLE {keys}.feed_pages ALTER COLUMN tokens SET STORAGE EXTERNAL;

GRANT SELECT, INSERT ON {keys}.feed_lists, {keys}.feed_pages TO {recorder};
GRANT SELECT, INSERT, UPDATE, DELETE ON {keys}.feed_lists, {keys}.feed_pages TO {eraser};
GRANT SELECT ON {keys}.feed_lists, {keys}.feed_pages TO {reader};
