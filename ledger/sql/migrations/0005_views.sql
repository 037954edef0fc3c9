-- The namespace of the views, in which only the owner creates anything: what weaker roles make could run as whoever
-- reads it.

-- The tables of the views are made by the functions below, with their owner's rights: the projector calls them,
-- and owns nothing. They take the name of a view, a colour and the name of a layout, and nothing else. A reader
-- who holds a table holds them up for a second, not for ever.

-- The table with the rows of a view in one colour.
CREATE FUNCTION {views}.table_of(view text, colour text) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT coalesce(view ~ '^[a-z][a-z0-9_]*$' AND length(view) <= 40 AND colour IN ('blue', 'green'), false) THEN
        RAISE EXCEPTION 'there is no such view or colour';
    END IF;
    RETURN view || '_' || colour;
END
$body$;

-- What all views share: their progress, and the events that annulments have named; when one arrives later, its
-- stream is folded again. One at a time makes tables, until the end of the transaction.
CREATE FUNCTION {views}.make_shared() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    LOCK TABLE {events}.table_maker IN EXCLUSIVE MODE;
    IF to_regclass('{views}.view_bookmarks') IS NULL THEN
        CREATE TABLE {views}.view_bookmarks (
            view     text   COLLATE "C" PRIMARY KEY,
            version  text   NOT NULL,
            position bigint NOT NULL,
            colour   text   NOT NULL CHECK (colour IN ('blue', 'green'))
        );
        GRANT SELECT, INSERT, UPDATE ON {views}.view_bookmarks TO {projector};
        GRANT SELECT ON {views}.view_bookmarks TO {reader};
    END IF;
    IF to_regclass('{views}.named_events') IS NULL THEN
        CREATE TABLE {views}.named_events (
            stream uuid             NOT NULL,
            source text COLLATE "C" NOT NULL,
            id     text COLLATE "C" NOT NULL,
            PRIMARY KEY (stream, source, id)
        );
        GRANT SELECT, INSERT, DELETE ON {views}.named_events TO {projector};
        GRANT SELECT ON {views}.named_events TO {reader};
    END IF;
END
$body$;

-- Throw the tables of a view in one colour away.
CREATE FUNCTION {views}.drop_tables(view text, colour text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
    base   text := {views}.table_of(view, colour);
    suffix text;
BEGIN
    FOREACH suffix IN ARRAY ARRAY['', '_entries', '_counts'] LOOP
        EXECUTE format('DROP TABLE IF EXISTS {views}.%I', base || suffix);
    END LOOP;
END
$body$;

-- Make the tables of a view in one colour, empty. The program packs states, so the server does not try to. A little
-- room is left for rows to change where they are. Extra columns, by layout:
-- cases: open_kind: what a case is while something is to be done, else null; due: from when that is too late,
-- null while no period runs. disclosures: what they are searched and sorted by; their rows never change.
-- findings: name of a dossier that is no person's, hashes of the names of the dossiers that a row depends on;
-- occurred_at of a fact, the end of time for a dossier that depends on another, which always changes, else null.
-- Its entries: the findings; about: stream of the event where the place has another one, due: from when a finding
-- counts, null: at once.
-- notifications: open_tasks: how many recipients are still to be told. processing_register: entries: what is joined
-- from the rows, by activity.
-- counted: how many rows there are of each kind, and how many ever came.
CREATE FUNCTION {views}.make_tables(view text, colour text, layout text, counted boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
    base    text := {views}.table_of(view, colour);
    builder text := view || '_builder';
    extra   text;
    entries text;
    made    text;
BEGIN
    CASE layout
        WHEN 'rows' THEN
            extra := '';
        WHEN 'cases' THEN
            extra := 'open_kind text COLLATE "C", due timestamptz,';
        WHEN 'disclosures' THEN
            extra := 'occurred_at timestamptz NOT NULL, source text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,
                      recipient text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL,';
        WHEN 'notifications' THEN
            extra := 'open_tasks integer NOT NULL,';
        WHEN 'processing_register' THEN
            extra := '';
            entries := 'activity text COLLATE "C" PRIMARY KEY, totals bytea NOT NULL, entry bytea NOT NULL';
        WHEN 'findings' THEN
            extra := 'name text COLLATE "C", first_on bigint, second_on bigint, occurred_at timestamptz,';
            entries := 'stream uuid NOT NULL, subkey text COLLATE "C" NOT NULL, rule text COLLATE "C" NOT NULL,
                        state bytea NOT NULL, about uuid, due timestamptz,
                        occurred_at timestamptz NOT NULL, source text COLLATE "C" NOT NULL,
                        id text COLLATE "C" NOT NULL, PRIMARY KEY (stream, subkey, rule)';
    END CASE;
    PERFORM {views}.drop_tables(view, colour);
    EXECUTE format(
        'CREATE TABLE {views}.%I (
             stream uuid NOT NULL, subkey text COLLATE "C" NOT NULL, state bytea NOT NULL, %s
             PRIMARY KEY (stream, subkey)
         ) WITH (fillfactor = %s)',
        base, extra, CASE layout WHEN 'disclosures' THEN 100 ELSE 95 END
    );
    IF layout <> 'cases' THEN
        EXECUTE format('ALTER TABLE {views}.%I ALTER COLUMN state SET STORAGE EXTERNAL', base);
    END IF;
    IF entries IS NOT NULL THEN
        EXECUTE format('CREATE TABLE {views}.%I (%s)', base || '_entries', entries);
    END IF;
    IF layout = 'findings' THEN
        EXECUTE format('CREATE INDEX ON {views}.%I (about) WHERE about IS NOT NULL', base || '_entries');
        EXECUTE format('CREATE INDEX ON {views}.%I (rule, due)', base || '_entries');
    END IF;
    IF counted THEN
        EXECUTE format(
            'CREATE TABLE {views}.%I (
                 label text COLLATE "C" PRIMARY KEY, rows bigint NOT NULL, added bigint NOT NULL
             )',
            base || '_counts'
        );
    END IF;
    FOREACH made IN ARRAY ARRAY[base, base || '_entries', base || '_counts'] LOOP
        IF to_regclass(format('{views}.%I', made)) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON {views}.%I TO {projector}', made);
            EXECUTE format('GRANT SELECT ON {views}.%I TO {reader}', made);
        END IF;
    END LOOP;
    -- What a rebuild of the view locks as long as it lasts.
    IF to_regclass(format('{views}.%I', builder)) IS NULL THEN
        EXECUTE format('CREATE VIEW {views}.%I AS SELECT true AS one', builder);
        EXECUTE format('GRANT UPDATE ON {views}.%I TO {projector}', builder);
    END IF;
END
$body$;

-- Make what the extra columns of a view in one colour are searched by. Cases are found by reference, and those
-- that are open by when they are due; dossiers by name, with what depends on them; findings in the order in which
-- they are shown; declarations by activity.
CREATE FUNCTION {views}.make_indexes(view text, colour text, layout text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
    base    text := {views}.table_of(view, colour);
    columns text;
BEGIN
    FOREACH columns IN ARRAY CASE layout
        WHEN 'rows' THEN ARRAY[]::text[]
        WHEN 'cases' THEN ARRAY['(subkey)', '(due, stream, subkey) WHERE open_kind IS NOT NULL']
        WHEN 'disclosures' THEN
            ARRAY['(occurred_at, source, id)', '(recipient, occurred_at)', '(kind, occurred_at)']
        WHEN 'notifications' THEN ARRAY['(stream) WHERE open_tasks > 0']
        WHEN 'processing_register' THEN ARRAY['(subkey) WHERE subkey <> ''observed''']
        WHEN 'findings' THEN ARRAY[
            '(name) WHERE name IS NOT NULL',
            '(first_on, occurred_at, subkey, stream) WHERE first_on IS NOT NULL',
            '(second_on, occurred_at, subkey, stream) WHERE second_on IS NOT NULL'
        ]
    END LOOP
        EXECUTE format('CREATE INDEX ON {views}.%I %s', base, columns);
    END LOOP;
    IF layout = 'findings' THEN
        EXECUTE format(
            'CREATE INDEX ON {views}.%I (occurred_at, source, id, rule, stream, subkey)', base || '_entries'
        );
    END IF;
END
$body$;

-- Let readers see the tables of one colour under the view's own name from the commit on.
CREATE FUNCTION {views}.show_tables(view text, colour text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
    base   text := {views}.table_of(view, colour);
    suffix text;
BEGIN
    FOREACH suffix IN ARRAY ARRAY['', '_entries', '_counts'] LOOP
        EXECUTE format('DROP VIEW IF EXISTS {views}.%I', view || suffix);
        IF to_regclass(format('{views}.%I', base || suffix)) IS NOT NULL THEN
            EXECUTE format(
                'CREATE VIEW {views}.%I AS SELECT * FROM {views}.%I', view || suffix, base || suffix
            );
            EXECUTE format('GRANT SELECT ON {views}.%I TO {projector}, {reader}', view || suffix);
        END IF;
    END LOOP;
END
$body$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {events}, {views} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    {views}.make_shared(), {views}.make_tables(text, text, text, boolean),
    {views}.make_indexes(text, text, text), {views}.show_tables(text, text), {views}.drop_tables(text, text)
    TO {projector};
