"""Bytes of the views an event, on disk, and of the ledger with its keys: `python -m bench.room [EVENTS]`.

The mixed events of the sample are recorded and followed, then all views are built again, so that no old
version of a row takes room. Of each table itself with TOAST, its indexes, and both.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import psycopg

from bench.tools.arguments import explain, given
from bench.tools.filling import OFFICE, record, sample, sites
from bench.tools.results import save
from projections import VIEWS
from projections.following.rebuild import rebuild_all
from projections.following.runner import Follower
from tests.fixtures.ledger import House

EVENTS = 40_000
METHOD = (
    "Events of the sample, recorded and followed on an embedded PostgreSQL; then all views are built again."
    " Bytes on disk an event, with TOAST and indexes: of events, names and keys; of all views."
)
_SIZES = """
SELECT relname, reltuples, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY pg_total_relation_size(oid) DESC
"""


class Room(NamedTuple):
    """A table: rows, and bytes of it and of its indexes."""

    name: str
    rows: int
    table: int
    indexes: int


def main() -> None:
    """Record, follow, rebuild, measure, print."""
    events = given(EVENTS)
    with sites() as made, closing(made.fresh()) as house:
        record(house.open(), list(sample(events)))
        Follower(house.database, house.ledger, OFFICE).follow_once()
        assert all(
            report.ok
            for report in rebuild_all(house.session("projector"), house.ledger, VIEWS, OFFICE)
        )
        names = house.ledger
        rooms = list(rooms_of(house, names.views))
        recorded = _together([*rooms_of(house, names.events), *rooms_of(house, names.keys)])
    print(f"room: {'table':<34}{'rows':>8}{'table':>9}{'indexes':>9}{'all':>9}   bytes an event")
    views = _together(rooms)
    for room in [*rooms, views, recorded._replace(name="events, names and keys")]:
        each = [n / events for n in (room.table, room.indexes, room.table + room.indexes)]
        print(
            f"room: {room.name:<34}{room.rows / events:>8.2f}" + "".join(f"{n:>9.1f}" for n in each)
        )
    sides = {"ledger_bytes": recorded, "view_bytes": views}
    figures = {name: (room.table + room.indexes) / events for name, room in sides.items()}
    save("room", METHOD, {"events": events, **figures})


def rooms_of(house: House, namespace: str) -> Iterator[Room]:
    """Every table of a namespace, the largest first."""
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute("ANALYZE")  # counts the rows
        for name, rows, table, indexes in connection.execute(_SIZES, [namespace]):
            yield Room(name, int(rows), table, indexes)


def _together(rooms: list[Room]) -> Room:
    return Room("all", *(sum(column) for column in zip(*(room[1:] for room in rooms), strict=True)))


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main()
