"""Ledgers to measure: made-up messages recorded by the real path, one process, batch by batch."""

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.tools.workload import batches
from ledger.application import Ledger
from ledger.embedded import start
from ledger.names import LedgerName
from sample.generating import generate
from tests.fixtures.ledger import Clock, House

OFFICE = ("urn:voipzeker:privacy-office",)
BATCH = 2_000
UNTIL = datetime(2026, 11, 24, tzinfo=UTC)
EVENTS_EACH = 20
"""Events of one customer, on average."""


def sample(events: int) -> Iterator[bytes]:
    """So many messages about a twentieth as many customers, in order of publication."""
    customers = max(1, events // EVENTS_EACH)
    made = generate(seed=1, customers=customers, events=events, until=UNTIL)
    return (orjson.dumps(one) for one in made)


def record(ledger: Ledger, texts: Iterable[bytes]) -> float:
    """Decode, validate, seal and record messages by the path that `bench.record` measures; its seconds."""
    began = time.perf_counter()
    for outcome in ledger.record_each(batches(texts, BATCH)):
        assert not outcome.rejections, outcome.rejections[0]
    return time.perf_counter() - began


@contextmanager
def sites() -> Iterator["Sites"]:
    """An embedded server with room for ledgers; all of it goes in the end."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        made = Sites(server.url(), Path(folder) / "keys")
        try:
            yield made
        finally:
            made.close()


class Sites:
    """Makes ledgers on one server."""

    def __init__(self, url: str, keys: Path) -> None:
        self._url = url
        self._keys = keys
        self._houses: list[House] = []

    def fresh(self) -> House:
        """An empty ledger."""
        name = LedgerName(f"bench{len(self._houses)}")
        house = House(self._url, self._keys, name, Clock(datetime.now(UTC)))
        house.install()
        self._houses.append(house)
        return house

    def close(self) -> None:
        """Close every connection."""
        for house in self._houses:
            house.close()
