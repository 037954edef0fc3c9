"""A digest is that of the rows, in whatever parts they were read."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from projections.findings import view as findings
from projections.folds.digest import SLICES, Digest, bounds
from projections.folds.view import NOWHERE, View

STREAMS = [UUID(int=(n << 116) + 7) for n in range(SLICES)]
ROWS = [("a", b"1"), ("b", b"2")]


def digest_of(view: View[findings.Row], *rows: tuple[str, bytes]) -> str:
    made = Digest(view)
    made.rows([(STREAMS[0], *row) for row in rows])
    return made.hex()


def test_it_depends_on_name_version_and_where_parts_end() -> None:
    view = findings.VIEW
    digests = [
        digest_of(view, ("ab", b"c")),
        digest_of(view, ("a", b"bc")),
        digest_of(view, ("abc", b"")),
        digest_of(view),
        digest_of(replace(view, version="next"), ("ab", b"c")),
        digest_of(replace(view, name="other"), ("ab", b"c")),
    ]
    assert len(set(digests)) == len(digests)
    assert digest_of(view, ("ab", b"c")) == digests[0]


def test_parts_that_others_read_come_to_the_digest_of_the_whole() -> None:
    whole = Digest(findings.VIEW)
    whole.rows([(stream, *row) for stream in STREAMS for row in ROWS])
    for stream in STREAMS:
        whole.entry(stream, [b"entry"])
    whole.entry(NOWHERE, [b"last"])
    merged = Digest(findings.VIEW)
    for streams in (STREAMS[900:], STREAMS[:900]):
        part = Digest(findings.VIEW)
        for stream in streams:
            part.rows([(stream, *ROWS[0])])
            part.rows([(stream, *ROWS[1])])
            part.entry(stream, [b"entry"])
        merged.take(part.sums())
    merged.entry(NOWHERE, [b"last"])
    assert merged.hex() == whole.hex()


def test_rows_entries_and_what_belongs_nowhere_are_told_apart() -> None:
    made = [Digest(findings.VIEW) for _ in range(3)]
    made[0].rows([(STREAMS[-1], "a", b"1")])
    made[1].entry(STREAMS[-1], [STREAMS[-1].bytes, b"a", b"1"])
    made[2].entry(NOWHERE, [STREAMS[-1].bytes, b"a", b"1"])
    assert len({digest.hex() for digest in made}) == len(made)


def test_the_bounds_of_shares_leave_no_stream_out() -> None:
    edges = [bounds(range(0, 50)), bounds(range(50, 51)), bounds(range(51, SLICES))]
    assert (edges[0][0].int, edges[-1][1]) == (0, NOWHERE)
    assert all(last.int + 1 == first.int for (_, last), (first, _) in pairwise(edges))
