-- Compare-and-set of the progress of views with nothing to fold. views, versions, colours: text[],
-- starts, ends: bigint[], pairwise. One that is elsewhere stays.
UPDATE {views}.view_bookmarks AS known SET position = passed.after
FROM unnest(
    %(views)s::text[], %(versions)s::text[], %(colours)s::text[], %(starts)s::bigint[], %(ends)s::bigint[]
) AS passed (view, version, colour, before, after)
WHERE known.view = passed.view AND known.version = passed.version
  AND known.colour = passed.colour AND known.position = passed.before
