"""Recording: our path beside the eventsourcing library's own PostgreSQL recorder, in the same run.

The peer stores the same bytes in the same batches, without sealing, names, dead letters or batches rows:
the ratio says what all of that costs, or what COPY gains.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from console.sample import generate
from ledger.embedded import start
from ledger.intake import FileOrigin, Message
from ledger.names import LedgerName
from ledger.recording import Batch
from ledger.writing import Span
from schemas import Intake, decode
from tests.fixtures.ledger import Clock, House

EVENTS = 20_000
CUSTOMERS = 1_000
# The library sends a batch through a pipeline, which hangs with more than about half a megabyte.
BATCH = 500
RUNS = 5


def per_second(work: Callable[[], None]) -> float:
    """Events a second of one run."""
    began = time.perf_counter()
    work()
    return EVENTS / (time.perf_counter() - began)


def lines() -> list[bytes]:
    """The sample as lines of a file."""
    until = datetime(2026, 11, 24, tzinfo=UTC)
    return [
        orjson.dumps(e) for e in generate(seed=1, customers=CUSTOMERS, events=EVENTS, until=until)
    ]


def ours(house: House, texts: list[bytes], number: int) -> float:
    """Decode, validate, seal and record, on a ledger of its own."""
    fresh = House(house.url, house.keys, LedgerName(f"run{number}"), house.clock)
    fresh.install()
    ledger = fresh.open()

    def work() -> None:
        for first in range(0, EVENTS, BATCH):
            batch = [
                Message(text, decode(text, Intake(), house.clock()), FileOrigin("bench", line))
                for line, text in enumerate(texts[first : first + BATCH], first + 1)
            ]
            assert not ledger.record(Batch(batch, Span("file:bench"))).rejections

    try:
        return per_second(work)
    finally:
        fresh.close()


def theirs(house: House, states: list[bytes], number: int) -> float:
    """The library's recorder with the same number of bytes, in the same batches."""
    parts = conninfo_to_dict(house.url)
    store = PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password="",
    )
    recorder = PostgresApplicationRecorder(store, events_table_name=f"peer_{number}")
    recorder.create_table()
    stored = [StoredEvent(uuid4(), 1, "nl.voipzeker.ledger.peer.v1", state) for state in states]

    def work() -> None:
        for first in range(0, EVENTS, BATCH):
            recorder.insert_events(stored[first : first + BATCH])

    try:
        return per_second(work)
    finally:
        store.close()


def main() -> None:
    """Print both and the ratio of each pair of runs."""
    texts = lines()
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as folder,
        start(Path(folder)) as server,
    ):
        house = House(server.url(), Path(folder) / "keys", LedgerName(), Clock())
        pairs = [(ours(house, texts, n), theirs(house, texts, n)) for n in range(RUNS)]
    mine, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"record: whole path {mine:,.0f} events/s, the library's recorder {peer:,.0f}/s", end="")
    print(
        f" ({EVENTS:,} events of {CUSTOMERS:,} customers, batches of {BATCH}, {os.cpu_count()} cores)"
    )
    print(f"record: ratio {ratio:.2f} (median of {RUNS} pairs)")


if __name__ == "__main__":
    main()
