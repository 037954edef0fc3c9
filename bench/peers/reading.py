"""The peer of a rebuild: every event read and parsed as fast as psycopg, zstandard and orjson can.

Two settings decide how fast: whether the server sends text or binary, and how often Python searches for
cycles. Each of the four pairs is measured, and the fastest is the peer.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import orjson
import psycopg

from ledger.storage.frames import unframed
from tests.fixtures.ledger import House

BLOCK = 2_000
PYTHONS_THRESHOLDS = (700, 10, 10)


def readers(house: House) -> dict[str, Callable[[], int]]:
    """The same read under each pair of settings, by name."""
    return {
        f"bare, {'binary' if binary else 'text'}, {'seldom' if seldom else 'often'}": partial(
            read, house, binary=binary, seldom=seldom
        )
        for binary in (False, True)
        for seldom in (False, True)
    }


def read(house: House, *, binary: bool, seldom: bool) -> int:
    """Read and parse every event; how many there are. `seldom`: with the settings that the program has."""
    with _collector(seldom=seldom):
        return _parsed(house, binary)


@contextmanager
def _collector(*, seldom: bool) -> Iterator[None]:
    ours = gc.get_threshold()
    if not seldom:
        gc.set_threshold(*PYTHONS_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*ours)


def _parsed(house: House, binary: bool) -> int:
    count = last = 0
    query = (
        "SELECT originator_id, originator_version, topic, state, notification_id, recorded_at"
        f' FROM "{house.ledger.events}".events WHERE notification_id > %s'
        f" ORDER BY notification_id LIMIT {BLOCK}"
    )
    with psycopg.connect(house.url, autocommit=True) as connection:
        while rows := connection.execute(query.encode(), [last], binary=binary).fetchall():
            events = [(*row, orjson.loads(unframed(row[3]))) for row in rows]
            count, last = count + len(events), rows[-1][4]
    return count
